"""Evaluating: opening the offers after the deadline, marking their quality, locking the marks before prices are read."""

import uuid
from collections.abc import Mapping

from sqlalchemy import select

from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.formatting import moment_long
from foundation.permission import Invalid, NotNow
from foundation.states import hold, move, require
from foundation.submitting import say
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.framework import Criterion, Lot
from marketplace.policy import authorise
from referrals.comparing import Marking, marking_of
from referrals.evaluation import Moderation
from referrals.offer import Mark, Offer, Response
from referrals.quality import TOP_MARK
from referrals.referral import Referral

say(
    "uq_marks_offer_id_criterion_id_evaluator_id",
    "You saved marks for this offer in another window. Open it again to change them.",
)

LONGEST_REASON = 2000

#: A mark and its reason.
Marked = tuple[int, str]
#: An offer and a criterion.
Place = tuple[uuid.UUID, uuid.UUID]


def open_offers(referral: Referral, *, by: Actor) -> Referral:
    """An officer opens the sealed offers, all at once, when the deadline has passed by the database's clock.

    The referral's row is held against every writer of offers, so nothing can be added behind the opening. From here on the borough
    and the hub read the offers, and their prices too unless the lot marks quality first. A referral without offers is opened
    like any other, and can then be closed without award.
    """
    with transaction():
        authorise(by, Act.OPEN_OFFERS, referral)
        require(hold(referral), Act.OPEN_OFFERS)
        instant = db.session.scalar(select(clock.this_instant()))
        if referral.deadline is None or instant is None or instant <= referral.deadline:
            raise NotNow(f"The offers can be opened after {moment_long(referral.deadline)}.")
        referral.opened_at, referral.opened_by_id = instant, by.person_id
        move(referral, Act.OPEN_OFFERS)
        record(Act.OPEN_OFFERS, referral, by=by, after={"offers": _sealed(referral)})
    return referral


def mark_offer(offer: Offer, marks: Mapping[uuid.UUID, Marked], *, by: Actor) -> Offer:
    """An evaluator marks an opened offer on the lot's criteria, 0 to 5, each with a reason; some now and the rest later.

    Marks may be changed until quality is locked. Each evaluator's are kept apart; the score uses their mean.
    """
    with transaction():
        authorise(by, Act.MARK_OFFER, offer)
        referral = hold(db.session.get_one(Referral, offer.referral_id), share=True)
        require(referral, Act.MARK_OFFER)
        _require_unlocked(referral)
        require(hold(offer, share=True), Act.MARK_OFFER)
        criteria = _criteria(referral.lot, marks)
        before = _own_marks(offer, by)
        for criterion_id, (mark, reason) in marks.items():
            _check(criteria[criterion_id], mark, reason)
            _write(offer, criterion_id, mark, reason.strip(), before.get(criterion_id), by)
        after = {criteria[each].name: mark for each, (mark, _) in marks.items()}
        record(Act.MARK_OFFER, offer, by=by, after=after)
    return offer


def lock_quality(referral: Referral, explained: Mapping[Place, str] | None = None, *, by: Actor) -> Referral:
    """An officer locks the quality marks, for good: every live offer is marked, every wide difference is explained.

    Only then are prices read, where the lot marks quality first. `explained` says, by offer and criterion, why two evaluators'
    marks lie two or more apart. The marks of somebody who did not mark every offer are kept and set aside.
    """
    with transaction():
        authorise(by, Act.LOCK_QUALITY, referral)
        require(hold(referral), Act.LOCK_QUALITY)
        _require_unlocked(referral)
        sheet = marking_of(referral)
        if not sheet.offers:
            raise NotNow("No offer was made, so there is nothing to lock. Close this referral without award.")
        if not sheet.finished:
            raise Invalid("Nobody has marked every offer on every criterion yet. Finish the marks first.")
        _explain(sheet, explained or {}, referral, by)
        _set_aside(referral, sheet)
        referral.quality_locked_at = clock.now()
        counted = sorted({mark.evaluator_name for mark in sheet.marks if mark.evaluator_id in sheet.finished})
        after = {"evaluators": counted, "set_aside": sorted(sheet.unfinished.values())}
        record(Act.LOCK_QUALITY, referral, by=by, after=after)
    return referral


def _sealed(referral: Referral) -> int:
    live = select(Response.id).where(
        Response.referral_id == referral.id, Response.kind == "offer", Response.withdrawn_at.is_(None)
    )
    return len(db.session.scalars(live).all())


def _require_unlocked(referral: Referral) -> None:
    if referral.quality_locked_at is not None:
        raise NotNow(
            f"The quality marks were locked on {moment_long(referral.quality_locked_at)} and stay as they are."
        )


def _criteria(lot: Lot, marks: Mapping[uuid.UUID, Marked]) -> dict[uuid.UUID, Criterion]:
    criteria = {criterion.id: criterion for criterion in lot.criteria}
    if not marks:
        raise Invalid("Give at least one mark, with its reason.")
    if marks.keys() - criteria.keys():
        raise Invalid("One of these marks is for a question that this lot does not ask.")
    return criteria


def _check(criterion: Criterion, mark: int, reason: str) -> None:
    if not 0 <= mark <= TOP_MARK:
        raise Invalid(f"{criterion.name}: give a mark from 0 to {TOP_MARK}.", f"mark_{criterion.position}")
    if not reason.strip():
        raise Invalid(f"{criterion.name}: say why. The provider reads it.", f"reason_{criterion.position}")
    if len(reason) > LONGEST_REASON:
        raise Invalid(
            f"{criterion.name}: keep the reason to {LONGEST_REASON:,} characters.", f"reason_{criterion.position}"
        )


def _own_marks(offer: Offer, by: Actor) -> dict[uuid.UUID, Mark]:
    own = select(Mark).where(Mark.offer_id == offer.id, Mark.evaluator_id == by.person_id)
    return {mark.criterion_id: mark for mark in db.session.scalars(own)}


def _write(offer: Offer, criterion_id: uuid.UUID, mark: int, reason: str, before: Mark | None, by: Actor) -> None:
    written = before or Mark(
        id=uuid.uuid4(), offer_id=offer.id, provider_id=offer.provider_id, authority_id=offer.authority_id,
        referral_id=offer.referral_id, criterion_id=criterion_id, evaluator_id=by.person_id, evaluator_name=by.name,
    )  # fmt: skip
    written.mark, written.reason, written.marked_at = mark, reason, clock.now()
    db.session.add(written)


def _explain(sheet: Marking, explained: Mapping[Place, str], referral: Referral, by: Actor) -> None:
    for offer, cell in sheet.apart:
        note = explained.get((offer.id, cell.criterion.id), "").strip()
        if not note:
            raise Invalid(
                f"{offer.setting_name}, {cell.criterion.name}: the marks lie two or more apart. Say why before they are locked.",
                f"why_{offer.reference}_{cell.criterion.position}",
            )
        db.session.add(
            Moderation(
                offer_id=offer.id, provider_id=offer.provider_id, authority_id=referral.authority_id,
                referral_id=referral.id, criterion_id=cell.criterion.id, note=note, noted_by_id=by.person_id,
            )
        )  # fmt: skip


def _set_aside(referral: Referral, sheet: Marking) -> None:
    """Marks by evaluators who did not finish do not count: else an offer would be measured by people who did not see the others."""
    for mark in db.session.scalars(select(Mark).where(Mark.referral_id == referral.id)):
        mark.counted = mark.evaluator_id in sheet.finished
