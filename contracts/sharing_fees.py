"""Sharing the fees of a draft: who in the borough's area – social care, education, health – pays how much of each."""

import uuid
from collections.abc import Mapping

from sqlalchemy.orm.attributes import flag_modified

from contracts.agreement import Agreement
from contracts.costs import payers_in_words
from contracts.queries import fee_lines_of
from foundation.audit import record
from foundation.states import hold, require, require_version
from foundation.submitting import say
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.payer_shares import PayerShares
from marketplace.policy import authorise

say("ck_agreement_fee_lines_shares_total_100", "The shares of a fee must total 100%.")


def share_fees(
    agreement: Agreement, shares: Mapping[uuid.UUID, PayerShares], *, version: int | None = None, by: Actor
) -> Agreement:
    """The borough says who pays each fee of a draft, to charge it to the right budgets; later it takes a variation."""
    with transaction():
        authorise(by, Act.SHARE_FEES, agreement)
        require(hold(agreement), Act.SHARE_FEES)
        if version is not None:
            require_version(agreement, version)
        lines = [line for line in fee_lines_of(agreement) if line.id in shares]
        before = {line.label: payers_in_words(line.reckoned.shares) for line in lines}
        for line in lines:
            line.social_care_share, line.education_share, line.health_share = shares[line.id].percentages
        flag_modified(agreement, "review_on")  # so that other payers are a new version of the draft
        record(
            Act.SHARE_FEES,
            agreement,
            by=by,
            before=before,
            after={line.label: payers_in_words(shares[line.id]) for line in lines},
        )
    return agreement
