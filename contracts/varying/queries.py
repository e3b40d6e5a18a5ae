"""What the pages ask about variations."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from contracts.agreement import Agreement, AgreementFeeLine
from contracts.costs import payers_in_words
from contracts.fee_changes import paid
from contracts.queries import fee_lines_of
from contracts.varying.approving import asked_by
from contracts.varying.effects import Effect, effect_on
from contracts.varying.variation import Variation, VariationChange, VariationState
from foundation import clock
from foundation.database import db
from foundation.permission import Invalid, NotFound
from marketplace.costing import NOUGHT


@dataclass(frozen=True, slots=True)
class Assessed:
    """A proposal as the fees stand today: what it would do, or the sentence that says why it cannot be carried out."""

    effect: Effect | None
    problem: str = ""


def variations_of(agreement: Agreement) -> Sequence[Variation]:
    """The agreement's variations, the last proposed first."""
    of = select(Variation).where(Variation.agreement_id == agreement.id).order_by(Variation.number.desc())
    return db.session.scalars(of).all()


def variation_numbered(agreement: Agreement, number: int) -> Variation:
    """One variation of the agreement by its number."""
    found = db.session.scalar(
        select(Variation).where(Variation.agreement_id == agreement.id, Variation.number == number)
    )
    if found is None:
        raise NotFound
    return found


def assess(variation: Variation, agreement: Agreement, changes: Sequence[VariationChange]) -> Assessed | None:
    """What a proposal would do if it were approved today; nothing once it is decided."""
    if variation.state is not VariationState.PROPOSED:
        return None
    asked = [asked_by(row, variation) for row in changes]
    try:
        return Assessed(effect_on(agreement, fee_lines_of(agreement), asked, variation.effective_on))
    except Invalid as impossible:
        return Assessed(None, impossible.message)


def arrears_of(changes: Sequence[VariationChange]) -> Decimal:
    """What an approved variation made due for the days before its approval."""
    return sum((row.arrears or NOUGHT for row in changes), start=NOUGHT)


def fees_to_change(agreement: Agreement) -> list[AgreementFeeLine]:
    """The last line of each fee of the agreement: what a proposal may change."""
    last: dict[tuple[str, str], AgreementFeeLine] = {}
    for line in paid(fee_lines_of(agreement)):
        last[line.kind, line.label] = line
    return list(last.values())


def paid_now(fee: AgreementFeeLine) -> str:
    """Who pays a fee today, in words."""
    return payers_in_words(fee.reckoned.paid_on(clock.today()))
