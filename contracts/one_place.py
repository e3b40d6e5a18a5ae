"""One place at a time for the child of one referral, however it is bought: by an award, or by a spot purchase."""

import uuid

from sqlalchemy import select

from contracts.agreement import Agreement, AgreementState
from foundation.database import db
from foundation.permission import NotNow

S = AgreementState

#: drawn up, and the child has not moved in
TO_BEGIN = (S.DRAFT, S.ISSUED, S.SIGNED_BY_PROVIDER, S.SIGNED_BY_BOROUGH)
#: the child lives there
RUNNING = (S.ACTIVE, S.NOTICE)


def place_of(
    referral_id: uuid.UUID, states: tuple[AgreementState, ...], *, besides: uuid.UUID | None = None
) -> str | None:
    """The reference of an agreement of the referral that is in one of the states, other than `besides`."""
    return db.session.scalar(
        select(Agreement.reference).where(
            Agreement.referral_id == referral_id, Agreement.state.in_(states), Agreement.id.is_distinct_from(besides)
        )
    )


def require_no_other_to_begin(referral_id: uuid.UUID) -> None:
    """Before an award's agreement is drawn up: the child may live in an emergency place still, but awaits no other."""
    if reference := place_of(referral_id, TO_BEGIN):
        raise NotNow(
            f"Agreement {reference} is to give the child of this referral a place already. Withdraw its spot purchase first."
        )


def require_no_other(referral_id: uuid.UUID) -> None:
    """Before a spot purchase's agreement is drawn up: the child neither lives in another place nor awaits one."""
    if reference := place_of(referral_id, (*TO_BEGIN, *RUNNING)):
        raise NotNow(f"Agreement {reference} gives the child of this referral a place already.")


def require_left_the_other(agreement: Agreement) -> None:
    """Before the child moves in: nobody is paid for two places of one child."""
    if reference := place_of(agreement.referral_id, RUNNING, besides=agreement.id):
        raise NotNow(f"The child lives in the place of agreement {reference}. Record the end of that placement first.")
