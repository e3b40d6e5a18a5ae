"""The borough's answer to disputes: it accepts what the provider thinks is due, or stands by the charge and says why."""

import uuid
from decimal import Decimal

from sqlalchemy import func, select

from contracts.invoicing.answering import disputed_in
from contracts.invoicing.notices import tell_settled
from contracts.invoicing.schedule import ChargeOrigin, ChargeSchedule, ChargeState, ScheduledCharge
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.formatting import money
from foundation.money import share_out, to_penny
from foundation.permission import Invalid
from foundation.states import hold, move, require
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.costing import NOUGHT
from marketplace.policy import authorise


def accept_dispute(schedule: ChargeSchedule, charge: ScheduledCharge, reason: str, *, by: Actor) -> ScheduledCharge:
    """The finance officer accepts what the provider says is due: the difference stands as a charge of its own, beside the frozen one.

    The last answer settles the schedule, and the provider is told.
    """
    with transaction():
        authorise(by, Act.ACCEPT_DISPUTE, charge)
        require(hold(schedule), Act.ACCEPT_DISPUTE)
        move(hold(charge), Act.ACCEPT_DISPUTE)
        _answer(charge, reason, by)
        difference = _difference(charge)
        db.session.add(difference)
        db.session.flush()
        record(
            Act.ACCEPT_DISPUTE, schedule, by=by, about=schedule.provider_id,
            before={"charge": charge.position, "net": charge.net}, after={"net": charge.due_net},
        )  # fmt: skip
        _settle_with_the_last(schedule, by)
    return difference


def stand_by_charge(schedule: ChargeSchedule, charge: ScheduledCharge, reason: str, *, by: Actor) -> ScheduledCharge:
    """The finance officer stands by the charge, and says why. The last answer settles the schedule, and the provider is told."""
    with transaction():
        authorise(by, Act.STAND_BY_CHARGE, charge)
        require(hold(schedule), Act.STAND_BY_CHARGE)
        move(hold(charge), Act.STAND_BY_CHARGE)
        if not reason.strip():
            raise Invalid("Say why the charge stands.", "reason")
        _answer(charge, reason, by)
        record(
            Act.STAND_BY_CHARGE, schedule, by=by, about=schedule.provider_id,
            after={"charge": charge.position, "net": charge.net},
        )  # fmt: skip
        _settle_with_the_last(schedule, by)
    return charge


def _answer(charge: ScheduledCharge, reason: str, by: Actor) -> None:
    charge.answer_reason, charge.answered_at, charge.answered_by_name = reason.strip() or None, clock.now(), by.name


def _settle_with_the_last(schedule: ChargeSchedule, by: Actor) -> None:
    db.session.flush()
    if disputed_in(schedule):
        return
    move(schedule, Act.SETTLE_SCHEDULE)
    schedule.settled_at, schedule.settled_by_name = clock.now(), by.name
    record(Act.SETTLE_SCHEDULE, schedule, by=by, about=schedule.provider_id, after={"month": schedule.month})
    tell_settled(schedule)


def _difference(charge: ScheduledCharge) -> ScheduledCharge:
    """What was agreed beyond the charge, below nought where less is due; its VAT by the charge's rate, its payers as the charge's."""
    assert charge.due_net is not None
    net = charge.due_net - charge.net
    vat = to_penny(charge.due_net * charge.vat_rate / 100) - charge.vat
    borne = net if charge.borne == charge.net else net + vat
    social_care, education, health = share_out(borne, _weights(charge))
    last = db.session.scalar(
        select(func.max(ScheduledCharge.position)).where(ScheduledCharge.schedule_id == charge.schedule_id)
    )
    return ScheduledCharge(
        id=uuid.uuid4(), schedule_id=charge.schedule_id, authority_id=charge.authority_id, provider_id=charge.provider_id,
        agreement_id=charge.agreement_id, fee_line_id=charge.fee_line_id, position=(last or 0) + 1,
        origin=ChargeOrigin.DISPUTE, state=ChargeState.CONFIRMED, adjusts_id=charge.id, agreement=charge.agreement,
        child_reference=charge.child_reference, setting=charge.setting, service=charge.service, bought_by=charge.bought_by,
        kind=charge.kind, label=charge.label, rate=charge.rate, from_on=charge.from_on, until_on=charge.until_on,
        reckoning=f"{money(charge.due_net)} agreed on dispute, {money(charge.net)} charged", net=net, vat=vat,
        vat_rate=charge.vat_rate, borne=borne, social_care=social_care, education=education, health=health,
    )  # fmt: skip


def _weights(charge: ScheduledCharge) -> list[Decimal]:
    """In which proportion its payers bore the charge; a charge of nought was the social care's."""
    parts = [abs(charge.social_care), abs(charge.education), abs(charge.health)]
    return parts if any(part != NOUGHT for part in parts) else [Decimal(1), Decimal(0), Decimal(0)]
