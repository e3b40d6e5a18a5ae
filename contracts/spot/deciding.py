"""Deciding on a spot purchase: approved or refused by somebody who did not propose it; withdrawn by an officer until the child moves in."""

from sqlalchemy import select

from contracts.agreement import Agreement, AgreementState
from contracts.drawing_up import close_papers
from contracts.spot.nameless import require_nameless
from contracts.spot.notices import tell_approved, tell_refused, tell_unregistered, tell_withdrawn
from contracts.spot.purchase import SpotPurchase
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.formatting import money
from foundation.permission import Invalid, NotPermitted
from foundation.states import hold, move, require, require_version
from foundation.transaction import transaction
from foundation.working_days import add_working_days
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import authorise
from marketplace.roles import Role

#: Within how many working days a manager reviews an emergency afterwards.
REVIEWED_WITHIN = 3


def approve_spot_purchase(purchase: SpotPurchase, note: str, *, version: int | None = None, by: Actor) -> SpotPurchase:
    """A placement manager – above the organisation's limit, and for an unregistered place, a director – approves what somebody else
    proposed; the agreement may now be drawn up. Of an unregistered place the hub is told."""
    with transaction():
        authorise(by, Act.APPROVE_SPOT_PURCHASE, purchase)
        hold_at(purchase, version)
        _require_director(purchase, by)
        require(purchase, Act.APPROVE_SPOT_PURCHASE)
        _decide(purchase, Act.APPROVE_SPOT_PURCHASE, note, by)
        if purchase.emergency:
            purchase.emergency_review_by = add_working_days(clock.today(), REVIEWED_WITHIN)
        record(
            Act.APPROVE_SPOT_PURCHASE, purchase, by=by,
            after={"weekly": purchase.weekly_cost, "unregistered": purchase.unregistered, "note": note.strip()},
        )  # fmt: skip
        tell_approved(purchase)
        if purchase.unregistered:
            tell_unregistered(purchase)
    return purchase


def refuse_spot_purchase(purchase: SpotPurchase, note: str, *, version: int | None = None, by: Actor) -> SpotPurchase:
    """A placement manager or director says no and why; another place may be proposed."""
    with transaction():
        authorise(by, Act.REFUSE_SPOT_PURCHASE, purchase)
        hold_at(purchase, version)
        require(purchase, Act.REFUSE_SPOT_PURCHASE)
        _require_note(note, "Say why the purchase is refused.")
        _decide(purchase, Act.REFUSE_SPOT_PURCHASE, note, by)
        record(Act.REFUSE_SPOT_PURCHASE, purchase, by=by, after={"note": note.strip()})
        tell_refused(purchase)
    return purchase


def withdraw_spot_purchase(purchase: SpotPurchase, note: str, *, version: int | None = None, by: Actor) -> SpotPurchase:
    """An officer takes the purchase back, with a reason, until the child has moved in: its agreement is cancelled with it."""
    with transaction():
        authorise(by, Act.WITHDRAW_SPOT_PURCHASE, purchase)
        hold_at(purchase, version)
        _require_note(note, "Say why the purchase is withdrawn.")
        require(purchase, Act.WITHDRAW_SPOT_PURCHASE)
        require_nameless(purchase.referral_id, note=note)
        cancelled = _cancel_agreement(purchase)
        move(purchase, Act.WITHDRAW_SPOT_PURCHASE)
        purchase.withdrawn_at, purchase.withdrawn_by_name, purchase.withdrawn_reason = (
            clock.now(),
            by.name,
            note.strip(),
        )
        about = purchase.provider_id if cancelled else None
        record(Act.WITHDRAW_SPOT_PURCHASE, purchase, by=by, about=about, after={"agreement": cancelled})
        tell_withdrawn(purchase, cancelled)
    return purchase


def limit_of(purchase: SpotPurchase) -> str | None:
    """Why only a director may approve the purchase, in a sentence; None where a placement manager may."""
    limit = purchase.authority.award_limit
    if purchase.unregistered:
        return "Only a director may approve a place that is not in the register."
    if limit is not None and purchase.weekly_cost > limit:
        return f"Above {money(limit)} a week only a director may approve a place."
    return None


def hold_at(purchase: SpotPurchase, version: int | None) -> SpotPurchase:
    """The purchase locked; refused if it moved on since the page that carries `version` was opened."""
    hold(purchase)
    if version is not None:
        require_version(purchase, version)
    return purchase


def agreement_of(purchase: SpotPurchase) -> Agreement | None:
    """The agreement that carries the purchase out, if one was drawn up and not cancelled."""
    return db.session.scalar(
        select(Agreement).where(Agreement.spot_purchase_id == purchase.id, Agreement.state != AgreementState.CANCELLED)
    )


def _require_director(purchase: SpotPurchase, by: Actor) -> None:
    reason = limit_of(purchase)
    if reason is not None and Role.DIRECTOR not in by.roles:
        raise NotPermitted(Act.APPROVE_SPOT_PURCHASE, by, purchase, reason)


def _require_note(note: str, sentence: str) -> None:
    if not note.strip():
        raise Invalid(sentence, "note")


def _decide(purchase: SpotPurchase, act: Act, note: str, by: Actor) -> None:
    require_nameless(purchase.referral_id, note=note)
    move(purchase, act)
    purchase.decided_at, purchase.decided_by_id, purchase.decided_by_name = clock.now(), by.person_id, by.name
    purchase.decision_note = note.strip()


def _cancel_agreement(purchase: SpotPurchase) -> str | None:
    """Cancel it and close its papers to the provider; `NotNow` once the placement has started."""
    agreement = agreement_of(purchase)
    if agreement is None:
        return None
    agreement = hold(agreement)
    agreement.cancelled_at = clock.now()
    move(agreement, Act.WITHDRAW_SPOT_PURCHASE)
    close_papers(agreement)
    return agreement.reference
