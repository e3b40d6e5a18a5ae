"""The provider's answer to a schedule: it disputes what it must, charge by charge, and confirms the rest in one act."""

from decimal import Decimal

from sqlalchemy import func, select, update

from contracts.invoicing.invoice import InvoiceState, ProviderInvoice
from contracts.invoicing.notices import tell_answered
from contracts.invoicing.schedule import ChargeSchedule, ChargeState, ScheduledCharge
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.permission import Invalid, NotNow
from foundation.states import hold, move, require
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import authorise

C = ChargeState


def dispute_charge(
    schedule: ChargeSchedule, charge: ScheduledCharge, reason: str, due_net: Decimal, *, by: Actor
) -> ScheduledCharge:
    """The provider disputes one charge: why, and what it thinks is due without VAT. The borough is told with the whole answer."""
    with transaction():
        authorise(by, Act.DISPUTE_CHARGE, charge)
        _hold_to_answer(schedule, Act.DISPUTE_CHARGE)
        move(hold(charge), Act.DISPUTE_CHARGE)
        _require_dispute(charge, reason, due_net)
        charge.dispute_reason, charge.due_net = reason.strip(), due_net
        charge.disputed_at, charge.disputed_by_name = clock.now(), by.name
        record(
            Act.DISPUTE_CHARGE, schedule, by=by, about=schedule.authority_id,
            before={"charge": charge.position, "net": charge.net}, after={"due": due_net},
        )  # fmt: skip
    return charge


def take_back_dispute(schedule: ChargeSchedule, charge: ScheduledCharge, *, by: Actor) -> ScheduledCharge:
    """Before it answers, the provider thinks again: the charge waits with the others."""
    with transaction():
        authorise(by, Act.TAKE_BACK_DISPUTE, charge)
        _hold_to_answer(schedule, Act.TAKE_BACK_DISPUTE)
        move(hold(charge), Act.TAKE_BACK_DISPUTE)
        charge.dispute_reason = charge.due_net = charge.disputed_at = charge.disputed_by_name = None
        record(
            Act.TAKE_BACK_DISPUTE, schedule, by=by, about=schedule.authority_id, after={"charge": charge.position}
        )  # fmt: skip
    return charge


def answer_schedule(schedule: ChargeSchedule, *, by: Actor) -> ChargeSchedule:
    """The provider gives its answer: every charge that it does not dispute is confirmed. The borough's finance officers are told."""
    with transaction():
        authorise(by, Act.CONFIRM_SCHEDULE, schedule)
        _hold_to_answer(schedule, Act.CONFIRM_SCHEDULE)
        disputed = disputed_in(schedule)
        act = Act.DISPUTE_SCHEDULE if disputed else Act.CONFIRM_SCHEDULE
        move(schedule, act)
        schedule.answered_at, schedule.answered_by_name = clock.now(), by.name
        confirmed = confirm_charges(schedule)
        record(act, schedule, by=by, about=schedule.authority_id, after={"confirmed": confirmed, "disputed": disputed})
        tell_answered(schedule, disputed)
    return schedule


def disputed_in(schedule: ChargeSchedule) -> int:
    """How many of its charges are disputed and not answered."""
    of_it = ScheduledCharge.schedule_id == schedule.id, ScheduledCharge.state == C.DISPUTED
    return db.session.scalar(select(func.count()).where(*of_it)) or 0


def confirm_charges(schedule: ChargeSchedule) -> int:
    """A step of the answer: every charge that waits is confirmed, in one statement; gives how many."""
    waiting = ScheduledCharge.schedule_id == schedule.id, ScheduledCharge.state == C.ISSUED
    confirmed = db.session.execute(
        update(ScheduledCharge).where(*waiting).values(state=C.CONFIRMED).returning(ScheduledCharge.id)
    )
    return len(confirmed.all())


def _hold_to_answer(schedule: ChargeSchedule, act: Act) -> None:
    """The schedule, held, in a state for the act and with no invoice before the borough: one way of answering at a time."""
    require(hold(schedule), act)
    waiting = ProviderInvoice.schedule_id == schedule.id, ProviderInvoice.state == InvoiceState.RECEIVED
    reference = db.session.scalar(select(ProviderInvoice.reference).where(*waiting))
    if reference is not None:
        raise NotNow(
            f"Invoice {reference} for this schedule waits for the borough. Answer what it leaves open after that."
        )


def _require_dispute(charge: ScheduledCharge, reason: str, due_net: Decimal) -> None:
    if not reason.strip():
        raise Invalid("Say why the charge is not right.", "reason")
    if due_net == charge.net:
        raise Invalid(
            "This is what the schedule says. Enter what you think is due instead, or confirm the charge.", "due"
        )
