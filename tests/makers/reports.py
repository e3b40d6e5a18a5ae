"""A partnership with a year behind it: what reports of all three kinds have something to say about."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from foundation.quarters import Quarter
from marketplace.organisation import Organisation
from tests.makers.outcomes import Market, a_market, a_placement, a_sent_return, an_asked_provider
from tests.makers.standing import a_borough, a_provider, a_setting

Q2, Q3 = Quarter.parse("2025-26 Q2"), Quarter.parse("2025-26 Q3")
MADE_ON = datetime(2026, 1, 26, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Year:
    """A market, a second borough with two children, and a provider of one child, which must not be told apart."""

    market: Market
    second: Organisation
    small: Organisation
    references: tuple[str, ...]


def a_year(move_clock: Callable[[datetime], None], *, children: int = 7) -> Year:
    """Children placed since spring 2025, returns of two quarters sent, invitations answered, declined and left."""
    move_clock(MADE_ON)
    market = a_market()
    second = a_borough(market.hub, "Royal Borough of Otherham upon Thames")
    small = a_provider("A Very Long Name for a Provider of Therapeutic Homes and Schools in the South of London Ltd")
    references = [
        a_placement(
            market.borough, market.setting, market.lot, date(2025, 4, 7) + timedelta(days=37 * number), weekly=4000 + 111 * number,
            age_at_start=6 + number, ended_on=date(2025, 11, 17) if number == 1 else None, as_planned=False,
        )
        for number in range(children)
    ]  # fmt: skip
    references += [a_placement(second, market.setting, market.lot, date(2025, 9, 1 + day)) for day in (1, 8)]
    references.append(
        a_placement(second, a_setting(small, market.lot, "Elm House"), market.lot, date(2025, 10, 6), weekly=6123)
    )
    asked = (market.borough, market.setting, market.lot)
    for day, answer in ((6, "offer"), (13, "decline"), (14, "decline"), (20, "none"), (27, "offer")):
        an_asked_provider(*asked, date(2025, 10, day), answer=answer)
    for quarter, attended in ((Q2, 880), (Q3, 941)):
        move_clock(datetime.combine(quarter.day_after + timedelta(days=6), MADE_ON.timetz()))
        a_sent_return(market, str(quarter), attendance=(attended, 1000), dental_checks=(8 if quarter is Q2 else 6, 9))
    move_clock(MADE_ON)
    return Year(market, second, small, tuple(references))
