"""The fee lines of offers as the cost engine reckons them: one that follows terms brings those of the offered setting."""

import uuid
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select

from foundation.database import db
from marketplace.fee_line import FeeLine, follows_terms
from marketplace.setting_term import SettingTerm, gathered
from referrals.offer import Offer, OfferFeeLine


def offered_fees(lines: Sequence[OfferFeeLine]) -> list[FeeLine]:
    """Each line in the same order; one statement where any follows terms, none otherwise."""
    following: set[uuid.UUID] = {line.offer_id for line in lines if follows_terms(line.unit, line.calendar)}
    rows = select(Offer.id, SettingTerm.starts_on, SettingTerm.ends_on).join(
        SettingTerm, SettingTerm.setting_id == Offer.setting_id
    )
    terms = gathered(db.session.execute(rows.where(Offer.id.in_(following))) if following else ())
    return [
        replace(line.reckoned, terms=terms[line.offer_id]) if line.offer_id in following else line.reckoned
        for line in lines
    ]
