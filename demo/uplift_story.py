"""Two uplift rounds of the framework for looked-after children: last year's, closed; this year's, in which something waits."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import func, select

from contracts.agreement import Agreement
from contracts.uplift.agreeing import agree_uplift
from contracts.uplift.answering import (
    Counter,
    accept_counter,
    appeal_uplift,
    comment_on_uplift,
    counter_uplift,
    refuse_uplift,
)
from contracts.uplift.change import Change
from contracts.uplift.covering import LIVE, covered_lines
from contracts.uplift.opening_rounds import (
    RoundTerms,
    TypedIndex,
    change_participation,
    close_round,
    enter_index,
    open_round,
)
from contracts.uplift.request import UpliftRequest
from contracts.uplift.requesting import Asked, Scope, request_uplift
from contracts.uplift.round import UpliftRound
from contracts.uplift.rule import CostPart, RuleKind
from demo.cast import Cast, fetch
from demo.partnership import Provider
from demo.people import KNOWN
from demo.storytelling import Story, acting, in_office_hours
from foundation import clock
from foundation.clock import LONDON
from foundation.database import db
from foundation.quarters import FinancialYear
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.roles import Role

PART = CostPart
#: the cost model of a children's home: part, index, share of the costs, increase, source
MODEL = (
    (PART.LIVING_WAGE, "National Living Wage", "54", "4.1", "GOV.UK, National Living Wage rates"),
    (PART.OTHER_PAY, "Average weekly earnings", "22", "4.2", "ONS, KAB9"),
    (PART.EMPLOYER, "Employer contributions", "8", "7.4", "HMRC, rates and thresholds for employers"),
    (PART.PRICES, "CPI", "10", "3.4", "ONS, D7G7"),
    (PART.PREMISES, "Private rents", "6", "6", "ONS, index of private housing rents"),
)
#: how far before the present this year's round goes on
OPENED, ASKED, ANSWERED, SETTLED = (timedelta(days=days) for days in (44, 30, 14, 6))
#: the borough that does not take part this year
ALONE = "LAM"


@dataclass(frozen=True)
class Wish:
    """What a provider asks, and why: per cent of its fees, made up of parts of its costs."""

    percent: str
    parts: tuple[tuple[CostPart, str], ...]
    reasons: str


ACCEPTED = Wish(
    "6.5", ((PART.LIVING_WAGE, "3.2"), (PART.OTHER_PAY, "1.2"), (PART.EMPLOYER, "0.9"), (PART.PRICES, "0.5"), (PART.PREMISES, "0.7")),
    "Two thirds of our staff are paid the National Living Wage or a little above it, and their differentials must move too.",
)  # fmt: skip
REFUSED = Wish("9.5", (), "Every other buyer in the market pays more than the partnership does.")
COUNTERED = Wish(
    "8.4", ((PART.LIVING_WAGE, "4.1"), (PART.OTHER_PAY, "1.5"), (PART.EMPLOYER, "1.1"), (PART.PRICES, "0.7"), (PART.PREMISES, "1.0")),
    "Pay, insurance and the new lease have all risen; our accounts to March show a margin of 2.1%.",
)  # fmt: skip
PENDING = Wish(
    "4.4", ((PART.LIVING_WAGE, "2.4"), (PART.OTHER_PAY, "1.2"), (PART.PRICES, "0.8")), "What the indices come to."
)


def uplifts_are_negotiated(cast: Cast, begins: datetime) -> Story:
    """Last April's round where the year reaches back to it, then that of next April."""
    last_april = FinancialYear.of(cast.present.date()).first_day
    settled_at = datetime.combine(last_april, time(11), LONDON) - timedelta(days=20)
    if settled_at > begins + timedelta(days=110):
        yield from _last_year(cast, settled_at)
    yield from _this_year(cast)


def _last_year(cast: Cast, settled_at: datetime) -> Story:
    """Two providers got the rule's figure and a little more; the round is closed."""
    yield in_office_hours(settled_at - timedelta(days=21))
    round_id = _open(cast, FinancialYear.of(cast.present.date()).first_day)
    for number, provider in enumerate(_busiest(cast)[:2]):
        yield in_office_hours(settled_at - timedelta(days=15, hours=number))
        asked = _ask(provider, round_id, ACCEPTED)
        yield in_office_hours(settled_at - timedelta(days=8, hours=number))
        _counter(cast, asked, "2")
        yield in_office_hours(settled_at - timedelta(days=4, hours=number))
        _accept(provider, asked)
        yield in_office_hours(settled_at - timedelta(hours=number))
        _agree(cast, asked)
    yield in_office_hours(settled_at + timedelta(hours=4))
    with acting(cast.partnership.hub.actor(Role.HUB_ANALYST)) as analyst:
        close_round(fetch(UpliftRound, round_id), by=analyst)


def _this_year(cast: Cast) -> Story:
    """One request is agreed below what was asked, one refused and appealed, one waits with a counter-offer, one for the hub."""
    yield in_office_hours(cast.present - OPENED)
    round_id = _open(cast, FinancialYear.of(cast.present.date()).day_after)
    _leave_out(cast, round_id, ALONE, "Lambeth negotiates with its own providers this year.")
    asking = _known_second(_busiest(cast))
    requests = []
    for number, (provider, wish) in enumerate(zip(asking, (ACCEPTED, COUNTERED, REFUSED, PENDING), strict=False)):
        yield in_office_hours(cast.present - ASKED + timedelta(days=number, hours=2 * number))
        requests.append((provider, _ask(provider, round_id, wish)))
    for answer in (_is_agreed, _waits_with_a_counter, _is_appealed, _is_commented)[: len(requests)]:
        provider, asked = requests.pop(0)
        yield from answer(cast, provider, asked)


def _is_agreed(cast: Cast, provider: Provider, asked: uuid.UUID) -> Story:
    yield in_office_hours(cast.present - ANSWERED)
    _counter(cast, asked, "3.9")
    yield in_office_hours(cast.present - ANSWERED + timedelta(days=3))
    _accept(provider, asked)
    yield in_office_hours(cast.present - ANSWERED + timedelta(days=4))
    _agree(cast, asked)


def _waits_with_a_counter(cast: Cast, provider: Provider, asked: uuid.UUID) -> Story:
    yield in_office_hours(cast.present - SETTLED)
    _counter(cast, asked, "3.9")


def _is_appealed(cast: Cast, provider: Provider, asked: uuid.UUID) -> Story:
    """The analyst refuses, so the head of the hub decides the appeal."""
    yield in_office_hours(cast.present - SETTLED + timedelta(hours=2))
    with acting(cast.partnership.hub.actor(Role.HUB_ANALYST)) as analyst:
        refuse_uplift(
            fetch(UpliftRequest, asked), "No evidence came with it: no accounts and no pay schedule.", by=analyst
        )
    yield in_office_hours(cast.present - SETTLED + timedelta(days=2))
    with acting(provider.actor(Role.PROVIDER_FINANCE)) as asker:
        appeal_uplift(fetch(UpliftRequest, asked), "The accounts were sent to the hub in September.", by=asker)


def _is_commented(cast: Cast, provider: Provider, asked: uuid.UUID) -> Story:
    yield in_office_hours(cast.present - SETTLED + timedelta(days=3))
    with acting(cast.partnership.borough("CRO").actor(Role.COMMISSIONER)) as commissioner:
        seen = db.session.get(UpliftRequest, asked)  # Croydon reads it where it has a child with this provider
        if seen is not None:
            comment_on_uplift(seen, "Fair, if the hours of the night staff stay as they are.", by=commissioner)


def _open(cast: Cast, effective_on: date) -> uuid.UUID:
    """The hub opens the round for a window of thirty days and enters the indices of the cost model."""
    with acting(cast.partnership.hub.actor(Role.HUB_ANALYST)) as analyst:
        opened = open_round(_terms(cast, effective_on), by=analyst)
        key = opened.id
        for part, name, weight, percent, source in MODEL:
            typed = TypedIndex(
                name=name, percent=Decimal(percent), weight=Decimal(weight), source=source, part=part,
                published_on=opened.opens_on - timedelta(days=5),
            )  # fmt: skip
            enter_index(fetch(UpliftRound, key), typed, by=analyst)
    return key


def _terms(cast: Cast, effective_on: date) -> RoundTerms:
    today = clock.today()
    return RoundTerms(
        framework=fetch(Lot, cast.partnership.lots["residential"]).framework, lot=None, opens_on=today,
        closes_on=today + timedelta(days=30), effective_on=effective_on, rule=RuleKind.LOWER_OF, cap=Decimal(2),
        index_name="CPI", review_above=Decimal(3), negotiator="Sunita Bellamy, SLCP commissioning hub",
        evidence_asked="Accounts of the last full year, and a pay schedule by grade.",
    )  # fmt: skip


def _leave_out(cast: Cast, round_id: uuid.UUID, prefix: str, reason: str) -> None:
    with acting(cast.partnership.hub.actor(Role.HUB_ANALYST)) as analyst:
        borough = fetch(Organisation, cast.partnership.borough(prefix).id)
        change_participation(fetch(UpliftRound, round_id), borough, False, reason, by=analyst)


def _ask(provider: Provider, round_id: uuid.UUID, wish: Wish) -> uuid.UUID:
    parts = {part: Decimal(adds) for part, adds in wish.parts}
    asked = Asked(scope=Scope(), change=Change(Decimal(wish.percent)), reasons=wish.reasons, parts=parts)
    with acting(provider.actor(Role.PROVIDER_FINANCE)) as asker:
        return request_uplift(fetch(UpliftRound, round_id), asked, by=asker).id


def _counter(cast: Cast, asked: uuid.UUID, percent: str) -> None:
    with acting(cast.partnership.hub.actor(Role.HUB_ANALYST)) as analyst:
        request = fetch(UpliftRequest, asked)
        offered = Counter(
            change=Change(Decimal(percent)), effective_on=request.round.effective_on,
            reason="The published indices do not support more; the margin is for you to find.",
        )  # fmt: skip
        counter_uplift(request, offered, by=analyst)


def _accept(provider: Provider, asked: uuid.UUID) -> None:
    with acting(provider.actor(Role.PROVIDER_FINANCE)) as asker:
        accept_counter(fetch(UpliftRequest, asked), 1, by=asker)


def _agree(cast: Cast, asked: uuid.UUID) -> None:
    with acting(cast.partnership.hub.actor(Role.HUB_MANAGER)) as manager:
        request = fetch(UpliftRequest, asked)
        if covered_lines(request, request.round.effective_on):  # a stay may have ended since it was asked
            agree_uplift(request, "The provider accepted the counter-offer.", by=manager)


def _busiest(cast: Cast) -> list[Provider]:
    """The providers with live placements that a round may change, the most first."""
    with acting(cast.partnership.hub.actor(Role.HUB_ANALYST)):
        framework_id = fetch(Lot, cast.partnership.lots["residential"]).framework_id
        live = db.session.execute(
            select(Agreement.provider_id, func.count(Agreement.id))
            .join(Lot, Lot.id == Agreement.lot_id)
            .where(Agreement.state.in_(LIVE), Lot.framework_id == framework_id)
            .where(Agreement.authority_id != cast.partnership.borough(ALONE).id, Agreement.bought_by != "spot")
            .group_by(Agreement.provider_id)
        ).all()
    return [cast.provider(key) for key, _ in sorted(live, key=lambda row: (-row[1], cast.provider(row[0]).name))]


def _known_second(providers: list[Provider]) -> Iterator[Provider]:
    """The provider that a reader signs in as asks second, so that a counter-offer waits for its people."""
    known = next((provider for provider in providers if provider.domain in KNOWN), None)
    others = [provider for provider in providers if provider is not known]
    if known is None or not others:
        return iter(providers)
    return iter([others[0], known, *others[1:]])
