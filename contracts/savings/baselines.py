"""What a place might have cost otherwise: the price that a saving is measured from, frozen with its formula when the placement starts.

Weekly, in net pounds to the penny. The place's own price is taken before its discounts, which are a layer of their own.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import median

from sqlalchemy import select

from contracts.agreement import Agreement, AgreementState
from contracts.award import Award
from contracts.costs import reckoned, weekly_now
from contracts.queries import fee_lines_of
from contracts.savings.saving import Source
from contracts.spot.purchase import SpotPurchase, SpotState
from foundation.database import db
from foundation.formatting import day_plain, money, plural
from foundation.money import to_penny
from marketplace.costing import expected_cost, weekly_cost
from marketplace.fee_line import FeeKind, FeeLine, follows_terms
from referrals.offer import Offer, OfferFeeLine, OfferState
from referrals.offered_fees import offered_fees
from referrals.referral import Referral
from referrals.scoring import Stay, stay_of

#: Fewer valid offers than this, the chosen one included, make no benchmark: the median of two is half of the chosen one.
LEAST_OFFERS = 3
#: What became of a spot price that was on the table and was not paid.
GIVEN_UP = (SpotState.REFUSED, SpotState.WITHDRAWN)
#: A move on the day of leaving, or within four weeks of it, is the next placement of the child.
NEXT_WITHIN = timedelta(weeks=4)


@dataclass(frozen=True, slots=True)
class Baseline:
    """Another price for a place, a week, and the place's own; over the expected stay at most."""

    source: Source
    before: Decimal
    after: Decimal
    ends_on: date
    basis: str


def below_benchmark(agreement: Agreement) -> Baseline | None:
    """The benchmark is the median of the valid offers on the referral: the average week of each over the expected stay.

    Valid is what was neither withdrawn nor expired on the day of the award. The others count as they were priced, discounts and
    all; the chosen one before its discounts.
    """
    if agreement.bought_by != "framework":
        return None
    referral = db.session.get_one(Referral, agreement.referral_id)
    stay = stay_of(referral)
    prices, own = _weeks_offered(agreement, stay)
    if own is None or len(prices) < LEAST_OFFERS:
        return None
    benchmark = to_penny(Fraction(median(prices)))
    if benchmark <= own:
        return None
    listed = ", ".join(money(price) for price in sorted(prices))
    basis = (
        f"Benchmark: {money(benchmark)} a week, the median of the {len(prices)} valid offers on referral {referral.reference}"
        f" ({listed}: average weeks over {plural(stay.weeks, 'week')}). The chosen offer: {money(own)} a week before discounts."
    )
    return Baseline(Source.BELOW_BENCHMARK, benchmark, own, _until(agreement, stay), basis)


def spot_avoided(agreement: Agreement) -> Baseline | None:
    """A spot purchase was proposed for the child at a price and given up, and the place was bought under the framework for less."""
    if agreement.bought_by != "framework" or _follows_terms(agreement):
        return None
    purchase = db.session.scalar(
        select(SpotPurchase)
        .where(SpotPurchase.referral_id == agreement.referral_id, SpotPurchase.state.in_(GIVEN_UP))
        .order_by(SpotPurchase.proposed_at.desc())
        .limit(1)
    )
    own = own_week(agreement)
    if purchase is None or purchase.weekly_cost <= own:
        return None
    basis = (
        f"Spot purchase {purchase.reference} was proposed on {day_plain(purchase.proposed_at)} at {money(purchase.weekly_cost)} a week and"
        f" given up. A week of {agreement.reference}, under the framework, costs {money(own)} before discounts."
    )
    until = _until(agreement, _stay(agreement))
    return Baseline(Source.SPOT_AVOIDED, purchase.weekly_cost, own, until, basis)


def step_down(agreement: Agreement) -> Baseline | None:
    """The child's placement before this one ended by plan, no more than four weeks ago, and cost more a week on its last day.

    Fees that follow school terms are left out: no week of them is like another, and a week in the holidays costs nothing. So are places
    of block contracts: their own fees are not what they cost.
    """
    former = _placement_before(agreement) if agreement.bought_by != "block" else None
    if former is None or _follows_terms(agreement) or _follows_terms(former):
        return None
    assert former.ended_on is not None
    last_day = former.ended_on - timedelta(days=1)
    before, after = weekly_now(former, fee_lines_of(former), last_day), own_week(agreement)
    if before <= after:
        return None
    basis = (
        f"Placement {former.reference} ended by plan on {day_plain(former.ended_on)}; a week of it cost {money(before)} on its last day."
        f" A week of {agreement.reference} costs {money(after)} before discounts."
    )
    return Baseline(Source.STEP_DOWN, before, after, _until(agreement, _stay(agreement)), basis)


def own_week(agreement: Agreement) -> Decimal:
    """A week of the placement on its first day, before discounts and without one-offs."""
    assert agreement.started_on is not None
    lines = [line for line in reckoned(fee_lines_of(agreement)) if line.kind is not FeeKind.DISCOUNT]
    return weekly_cost(lines, agreement.started_on)


def _weeks_offered(agreement: Agreement, stay: Stay) -> tuple[list[Decimal], Decimal | None]:
    """The average week of every valid offer, and that of the chosen one before its discounts."""
    award = db.session.get_one(Award, agreement.award_id)
    valid = select(Offer.id, Offer.starts_on).where(
        Offer.referral_id == agreement.referral_id, Offer.state != OfferState.WITHDRAWN,
        Offer.valid_until >= award.awarded_at.date(),
    )  # fmt: skip
    starts = {row.id: row.starts_on for row in db.session.execute(valid)}
    lines: dict[object, list[FeeLine]] = {offer_id: [] for offer_id in starts}
    rows = db.session.scalars(select(OfferFeeLine).where(OfferFeeLine.offer_id.in_(starts))).all()
    for line, fee in zip(rows, offered_fees(rows), strict=True):
        lines[line.offer_id].append(fee)
    weeks = {offer_id: _average_week(lines[offer_id], starts[offer_id], stay) for offer_id in starts if lines[offer_id]}
    listed = [line for line in lines.get(award.offer_id, []) if line.kind is not FeeKind.DISCOUNT]
    own = _average_week(listed, starts[award.offer_id], stay) if listed else None
    return list(weeks.values()), own


def _average_week(lines: list[FeeLine], starts_on: date, stay: Stay) -> Decimal:
    return to_penny(Fraction(expected_cost(lines, starts_on, stay.weeks * 7)) / stay.weeks)


def _placement_before(agreement: Agreement) -> Agreement | None:
    assert agreement.started_on is not None
    earliest = agreement.started_on - NEXT_WITHIN
    return db.session.scalar(
        select(Agreement)
        .where(
            Agreement.child_id == agreement.child_id, Agreement.id != agreement.id, Agreement.state == AgreementState.ENDED,
            Agreement.bought_by != "block",
            Agreement.ended_as_planned.is_(True), Agreement.ended_on.between(earliest, agreement.started_on),
        )
        .order_by(Agreement.ended_on.desc())
        .limit(1)
    )  # fmt: skip


def _follows_terms(agreement: Agreement) -> bool:
    return any(follows_terms(line.unit, line.calendar) for line in fee_lines_of(agreement))


def _stay(agreement: Agreement) -> Stay:
    return stay_of(db.session.get_one(Referral, agreement.referral_id))


def _until(agreement: Agreement, stay: Stay) -> date:
    """The claim is over the stay that was expected when the prices were compared, and no longer."""
    assert agreement.started_on is not None
    return agreement.started_on + timedelta(weeks=stay.weeks)
