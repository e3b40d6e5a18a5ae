"""Looking again: every week at an unregistered place, on the set day at any other purchase, after the event at an emergency."""

import uuid
from datetime import date, timedelta

from contracts.agreement import AgreementState
from contracts.spot.checking import A_QUARTER, A_WEEK
from contracts.spot.deciding import agreement_of, hold_at
from contracts.spot.nameless import require_nameless
from contracts.spot.purchase import ReviewKind, SpotPurchase, SpotReview
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.permission import Invalid, NotNow
from foundation.states import require
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import authorise


def review_spot_purchase(
    purchase: SpotPurchase, finding: str, next_on: date, *, version: int | None = None, by: Actor
) -> SpotReview:
    """Somebody of the borough looks whether the place is still right and the plan on its way, and says when to look next."""
    with transaction():
        authorise(by, Act.REVIEW_SPOT_PURCHASE, purchase)
        require(hold_at(purchase, version), Act.REVIEW_SPOT_PURCHASE)
        _require_running(purchase)
        _check_next(purchase, next_on)
        kind = ReviewKind.WEEKLY if purchase.unregistered else ReviewKind.PLANNED
        review = _review(purchase, kind, purchase.review_on, finding, next_on, by)
        purchase.review_on = next_on
        record(Act.REVIEW_SPOT_PURCHASE, purchase, by=by, before={"due_on": review.due_on}, after={"next_on": next_on})
    return review


def review_emergency(purchase: SpotPurchase, finding: str, *, version: int | None = None, by: Actor) -> SpotReview:
    """A manager who neither proposed nor approved it says afterwards whether the emergency path was right."""
    with transaction():
        authorise(by, Act.REVIEW_EMERGENCY, purchase)
        require(hold_at(purchase, version), Act.REVIEW_EMERGENCY)
        if purchase.emergency_review_by is None:
            raise NotNow("This purchase did not take the emergency path.")
        if purchase.emergency_reviewed_at is not None:
            raise NotNow("This emergency has been reviewed already.")
        review = _review(purchase, ReviewKind.EMERGENCY, purchase.emergency_review_by, finding, None, by)
        purchase.emergency_reviewed_at = clock.now()
        record(Act.REVIEW_EMERGENCY, purchase, by=by, after={"due_on": review.due_on})
    return review


def record_ofsted_told(purchase: SpotPurchase, on: date, *, version: int | None = None, by: Actor) -> SpotPurchase:
    """An officer writes down the day on which Ofsted was told of the unregistered place."""
    with transaction():
        authorise(by, Act.RECORD_OFSTED_TOLD, purchase)
        require(hold_at(purchase, version), Act.RECORD_OFSTED_TOLD)
        if not purchase.unregistered:
            raise NotNow("This place is registered, so Ofsted need not be told.")
        if purchase.ofsted_told_on is not None:
            raise NotNow(f"Ofsted was told on {purchase.ofsted_told_on:%-d %B %Y}.")
        if on > clock.today():
            raise Invalid("Enter the day on which Ofsted was told. It cannot lie in the future.", "ofsted_told_on")
        if on < purchase.proposed_at.astimezone(clock.LONDON).date() - timedelta(days=31):
            raise Invalid(
                "That is more than a month before the purchase was proposed. Check the day.", "ofsted_told_on"
            )
        purchase.ofsted_told_on = on
        record(Act.RECORD_OFSTED_TOLD, purchase, by=by, after={"on": on})
    return purchase


def _require_running(purchase: SpotPurchase) -> None:
    agreement = agreement_of(purchase)
    if agreement is not None and agreement.state is AgreementState.ENDED:
        raise NotNow("The placement has ended, so there is nothing left to review.")
    if agreement is not None and agreement.converted_on is not None:
        raise NotNow("The placement was converted to the framework, so there is nothing left to review here.")


def _check_next(purchase: SpotPurchase, next_on: date) -> None:
    today = clock.today()
    if next_on <= today:
        raise Invalid("Enter a day to come for the next review.", "next_on")
    if purchase.unregistered and next_on > today + A_WEEK:
        raise Invalid("An unregistered place is reviewed every week. Enter a day within seven days.", "next_on")
    if next_on > today + A_QUARTER:
        raise Invalid("Review a spot purchase at least every thirteen weeks. Enter an earlier day.", "next_on")


def _review(
    purchase: SpotPurchase, kind: ReviewKind, due_on: date, finding: str, next_on: date | None, by: Actor
) -> SpotReview:
    if not finding.strip():
        raise Invalid("Say what you found.", "finding")
    require_nameless(purchase.referral_id, finding=finding)
    review = SpotReview(
        id=uuid.uuid4(), spot_purchase_id=purchase.id, authority_id=purchase.authority_id, kind=kind, due_on=due_on,
        reviewed_at=clock.now(), reviewed_by_id=by.person_id, reviewed_by_name=by.name, finding=finding.strip(),
        next_on=next_on,
    )  # fmt: skip
    db.session.add(review)
    db.session.flush()
    return review
