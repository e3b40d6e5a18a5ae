"""What a provider offers, typed: the setting, the start, how needs and outcomes are met, and at which fees."""

import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from foundation.permission import Invalid
from marketplace.cost_explained import ExplainedLine, assumes_terms, explain
from marketplace.costing import NOUGHT, Charge, charge, cost, weekly_cost
from marketplace.fee_line import Calendar, FeeKind, FeeLine, ImpossibleFeeLine, Unit
from marketplace.setting import Level
from marketplace.terms_of_year import NO_TERMS, TermDates, TermDatesUnknown
from referrals.fee_fields import SEVEN_FIGURES

LONGEST_TEXT = 4000
#: In which field of the form each part of a fee line is typed.
TYPED_IN = {
    "amount": "amount", "quantity": "quantity", "ends": "to", "weeks": "weeks", "calendar": "calendar", "vat_rate": "vat",
}  # fmt: skip
MOST_LINES = 20


ASK_FOR_TERMS = (
    "A fee by the term or in term time needs the school’s term dates. Enter them on the setting’s own page,"
    " or ask for this fee all year."
)


@dataclass(frozen=True, kw_only=True)
class NeedAnswer:
    """How far one need of the referral would be met, and the evidence."""

    need: str
    level: Level
    evidence: str = ""


@dataclass(frozen=True, kw_only=True)
class ProposedOutcome:
    """An outcome that the provider would work towards, and how both sides would see it."""

    domain: str
    outcome: str
    measure: str


@dataclass(frozen=True, kw_only=True)
class Fee:
    """A fee line as it is offered. Without `starts_on` it is asked from the first day, without `ends_on` until the stay ends."""

    kind: FeeKind
    label: str
    amount: Decimal
    unit: Unit
    quantity: Decimal = Decimal(1)
    calendar: Calendar = Calendar.ALL_YEAR
    weeks: tuple[date, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    vat_rate: Decimal = Decimal(0)
    vat_recoverable: bool = True

    def reckoned(self, first_day: date, terms: TermDates = NO_TERMS) -> FeeLine:
        """The line as the cost engine reckons it, by the terms of the setting that is offered."""
        return FeeLine(
            kind=self.kind, label=self.label, amount=self.amount, unit=self.unit, quantity=self.quantity,
            calendar=self.calendar, weeks=self.weeks, starts=self.starts_on or first_day, ends=self.ends_on,
            vat_rate=self.vat_rate, vat_recoverable=self.vat_recoverable, terms=terms,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class OfferTerms:
    """Everything that an offer says."""

    setting_id: uuid.UUID
    starts_on: date
    valid_until: date
    approach: str
    impact: str = ""
    needs: tuple[NeedAnswer, ...] = ()
    #: answers to the lot's criteria, by criterion
    criterion_answers: dict[uuid.UUID, str] = field(default_factory=dict)
    outcomes: tuple[ProposedOutcome, ...] = ()
    fees: tuple[Fee, ...] = ()

    def fee_lines(self, terms: TermDates) -> list[FeeLine]:
        """The fee lines as the cost engine reckons them by the setting's terms; Invalid beside the first that cannot be meant."""
        lines = []
        for position, fee in enumerate(self.fees):
            try:
                lines.append(fee.reckoned(self.starts_on, terms))
            except ImpossibleFeeLine as impossible:
                raise Invalid(str(impossible), f"fee_{position}_{TYPED_IN[impossible.about]}") from impossible
        return lines


@dataclass(frozen=True)
class Totals:
    """What an offer comes to: a week on its first day, its first 52 weeks, and the stay that is expected, line by line.

    Prices are net of VAT; `whole_charge` has the VAT of the stay beside them.
    """

    weekly: Decimal
    first_year: Decimal
    whole_charge: Charge
    weeks: int
    lines: tuple[ExplainedLine, ...]
    #: fees follow terms of a school year that nobody has entered yet, taken to be like the nearest known one
    terms_assumed: bool

    @property
    def whole_stay(self) -> Decimal:
        """The net cost of the stay: the price that offers compete on."""
        return self.whole_charge.net

    @property
    def by_label(self) -> dict[tuple[str, str], ExplainedLine]:
        """The lines by kind and label."""
        return {(line.kind.value, line.label): line for line in self.lines}


def totals_of(lines: list[FeeLine], starts_on: date, expected_weeks: int | None) -> Totals:
    """Pounds to the penny, by the cost engine: the price that offers compete on is that of the expected stay, one-offs
    included. Where nobody said how long the stay is expected to be, it is a year of 52 weeks."""
    weeks = expected_weeks or 52
    ends = starts_on + timedelta(weeks=weeks)
    try:
        return Totals(
            weekly=weekly_cost(lines, starts_on),
            first_year=cost(lines, starts_on, starts_on + timedelta(weeks=52)),
            whole_charge=charge(lines, starts_on, ends),
            weeks=weeks,
            lines=tuple(explain(lines, starts_on, ends)),
            terms_assumed=assumes_terms(lines, starts_on, ends),
        )
    except TermDatesUnknown as unknown:
        raise Invalid(ASK_FOR_TERMS) from unknown


def check_price(totals: Totals) -> None:
    """Refuse a weekly price below nought or of seven figures a year's worth: a slip of the pen, not an offer."""
    if totals.weekly >= SEVEN_FIGURES:
        raise Invalid(
            f"£{totals.weekly:,.2f} a week is too much to be meant. Check the amounts, quantities and units.",
            "fee_0_amount",
        )
    if totals.whole_stay <= NOUGHT or totals.weekly < NOUGHT:
        raise Invalid("The discounts are larger than the fees. Check the amounts.", "fee_0_amount")
