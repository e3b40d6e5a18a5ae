"""Credit notes: a provider takes back what was charged and settled, never more than that; the borough accepts it."""

import re
import uuid
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import func, select

from contracts.invoicing.credit_note import CreditNote
from contracts.invoicing.notices import tell_credit_accepted, tell_credited
from contracts.invoicing.schedule import ChargeSchedule, ScheduledCharge
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.formatting import money
from foundation.money import share_out, to_penny
from foundation.permission import Invalid
from foundation.references import new_reference
from foundation.states import hold, move, require
from foundation.submitting import say
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.costing import NOUGHT
from marketplace.policy import authorise

#: what a provider's own number may look like: no room for a name
NUMBER = re.compile(r"(?=.*\d)[A-Z0-9][A-Z0-9/.\-]{0,29}", re.ASCII)

say("ck_credit_notes_within_the_charge", "That is more than is left of the charge.", "amount")


def issue_credit_note(
    schedule: ChargeSchedule, charge: ScheduledCharge, number: str, amount: Decimal, reason: str, *, by: Actor
) -> CreditNote:
    """The provider takes back so many pounds (without VAT) of a settled charge. The borough's finance officers are told."""
    with transaction():
        authorise(by, Act.ISSUE_CREDIT_NOTE, charge)
        require(hold(schedule), Act.ISSUE_CREDIT_NOTE)
        require(hold(charge), Act.ISSUE_CREDIT_NOTE)
        note = _note(charge, own_number(number), amount, reason, by)
        db.session.add(note)
        db.session.flush()
        record(
            Act.ISSUE_CREDIT_NOTE, note, by=by, about=note.authority_id,
            after={"schedule": schedule.reference, "charge": charge.position, "net": note.net, "vat": note.vat},
        )  # fmt: skip
        tell_credited(note, schedule)
    return note


def accept_credit_note(note: CreditNote, schedule: ChargeSchedule, *, by: Actor) -> CreditNote:
    """The borough's finance officer takes the credit note: it goes into the next export. The provider is told."""
    with transaction():
        authorise(by, Act.ACCEPT_CREDIT_NOTE, note)
        move(hold(note), Act.ACCEPT_CREDIT_NOTE)
        note.accepted_at, note.accepted_by_name = clock.now(), by.name
        record(Act.ACCEPT_CREDIT_NOTE, note, by=by, about=note.provider_id, after={"net": note.net, "vat": note.vat})
        tell_credit_accepted(note, schedule)
    return note


def own_number(typed: str) -> str:
    """A provider's own number for an invoice or a credit note, in capitals; Invalid for what may be a name."""
    number = re.sub(r"\s+", "", typed).upper()
    if NUMBER.fullmatch(number) is None:
        raise Invalid(
            "Enter your own number for it: up to 30 letters, digits, hyphens and slashes, with a digit among them.",
            "number",
        )
    return number


def left_to_credit(charge: ScheduledCharge) -> tuple[Decimal, Decimal]:
    """What is left of the charge to take back, net, and VAT: less what a dispute took off it, and what was credited."""
    off = db.session.execute(
        select(
            func.coalesce(func.sum(func.least(ScheduledCharge.net, NOUGHT)), NOUGHT),
            func.coalesce(func.sum(func.least(ScheduledCharge.vat, NOUGHT)), NOUGHT),
        ).where(ScheduledCharge.adjusts_id == charge.id)
    ).one()
    net, vat = db.session.execute(
        select(func.coalesce(func.sum(CreditNote.net), NOUGHT), func.coalesce(func.sum(CreditNote.vat), NOUGHT)).where(
            CreditNote.charge_id == charge.id
        )
    ).one()
    return charge.net + off[0] - net, charge.vat + off[1] - vat


def _note(charge: ScheduledCharge, number: str, amount: Decimal, reason: str, by: Actor) -> CreditNote:
    left_net, left_vat = left_to_credit(charge)
    if amount <= NOUGHT:
        raise Invalid("Enter an amount above nought.", "amount")
    if amount > left_net:
        raise Invalid(
            f"{money(max(left_net, NOUGHT))} is left of this charge without VAT. Enter no more than that.", "amount"
        )
    if not reason.strip():
        raise Invalid("Say why you take it back.", "reason")
    vat = (
        left_vat
        if amount == left_net
        else min(left_vat, to_penny(Fraction(charge.vat) * Fraction(amount) / Fraction(charge.net)))
    )
    borne = amount if charge.borne == charge.net else amount + vat
    social_care, education, health = share_out(borne, _payers(charge))
    return CreditNote(
        id=uuid.uuid4(), reference=new_reference("CRN"), charge_id=charge.id, schedule_id=charge.schedule_id,
        authority_id=charge.authority_id, provider_id=charge.provider_id, number=number, net=amount, vat=vat, borne=borne,
        social_care=social_care, education=education, health=health, reason=reason.strip(), issued_at=clock.now(),
        issued_by_name=by.name,
    )  # fmt: skip


def _payers(charge: ScheduledCharge) -> list[Decimal]:
    """Whose share of the charge is taken back: those who bear of it. A change of payers gives back to one what another bears."""
    return [max(part, NOUGHT) for part in (charge.social_care, charge.education, charge.health)]
