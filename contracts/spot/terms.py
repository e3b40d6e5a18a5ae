"""What an officer types when proposing a spot purchase: the place, why, when, at which fees, and what the special paths ask for."""

from dataclasses import dataclass
from datetime import date

from foundation.permission import Invalid
from marketplace.costing import NOUGHT
from marketplace.fee_line import FeeLine, ImpossibleFeeLine
from marketplace.organisation import Organisation
from marketplace.setting import SettingKind
from referrals.offer_terms import MOST_LINES, TYPED_IN, Fee, Totals, check_price, totals_of


@dataclass(frozen=True, kw_only=True)
class UnknownPlace:
    """A place that no register here holds: its provider, found here or named, and what the borough knows of it."""

    provider: Organisation | None
    provider_name: str
    name: str
    kind: SettingKind
    postcode: str
    places: int | None = None


@dataclass(frozen=True, kw_only=True)
class Emergency:
    """Why the framework was not searched, and who decided that."""

    reason: str
    decided_by: str


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """What an unregistered place needs: why there is no other, the plan to leave it, by when, and since when Ofsted knows."""

    reason: str
    plan: str
    leave_by: date | None
    ofsted_told_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class SpotTerms:
    """Everything that a proposal says besides the place."""

    reason: str
    explanation: str
    starts_on: date
    review_on: date
    expected_end_on: date | None = None
    notice_days: int = 28
    fees: tuple[Fee, ...] = ()
    #: the officer has read the register's warnings and proposes the place all the same
    warned: bool = False
    emergency: Emergency | None = None
    leaving: Leaving | None = None

    @property
    def fee_lines(self) -> list[FeeLine]:
        """The fee lines as the cost engine reckons them; Invalid beside the first that cannot be meant."""
        lines = []
        for position, fee in enumerate(self.fees):
            try:
                lines.append(fee.reckoned(self.starts_on))
            except ImpossibleFeeLine as impossible:
                raise Invalid(str(impossible), f"fee_{position}_{TYPED_IN[impossible.about]}") from impossible
        return lines

    @property
    def expected_weeks(self) -> int | None:
        """Whole weeks of the stay, as far as its end is known."""
        return max(1, (self.expected_end_on - self.starts_on).days // 7) if self.expected_end_on else None


def totals(terms: SpotTerms) -> Totals:
    """What the purchase comes to; Invalid where the fees cannot be meant."""
    if not terms.fees:
        raise Invalid("Enter at least one fee line.", "fee_0_amount")
    if len(terms.fees) > MOST_LINES:
        raise Invalid(f"A purchase has at most {MOST_LINES} fee lines.", "fee_0_amount")
    named: set[tuple[str, str]] = set()
    for position, fee in enumerate(terms.fees):
        if (fee.kind.value, fee.label) in named:
            raise Invalid(
                "Two fee lines have the same kind and label. Give each its own label.", f"fee_{position}_label"
            )
        named.add((fee.kind.value, fee.label))
    found = totals_of(terms.fee_lines, terms.starts_on, terms.expected_weeks)
    check_price(found)
    if found.weekly <= NOUGHT:
        raise Invalid("Enter what the place costs by the week, night, day, hour or year.", "fee_0_amount")
    return found
