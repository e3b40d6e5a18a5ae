"""The scorecard: the provider's own, the hub's sight of it, and a borough's own part."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session, scoped_session

from foundation.database import db
from marketplace.actor import Actor
from marketplace.roles import Role
from outcomes.indicators.rating import Rating
from outcomes.scorecard import Scorecard, scorecard_of
from tests.makers.reports import Year, a_year
from tests.makers.standing import a_person, a_provider, acting


@pytest.fixture
def year(session: scoped_session[Session], move_clock: Callable[[datetime], None]) -> Year:
    made = a_year(move_clock, children=4)
    move_clock(datetime(2026, 2, 2, 9, tzinfo=UTC))
    return made


def card_for(actor: Actor, year: Year) -> Scorecard:
    acting(actor)
    return scorecard_of(year.market.provider)


def test_shows_what_was_sent_and_counted(year: Year) -> None:
    lines = {line.indicator.key: line for line in card_for(year.market.manager, year).lines}
    attendance = lines["attendance"]
    assert attendance.counts[-1] is not None
    assert (attendance.counts[-1].numerator, attendance.rating, attendance.direction) == (
        941,
        Rating.ON_TARGET,
        "rising",
    )
    assert card_for(year.market.manager, year).first is not None


def test_a_borough_counts_its_own_placements(year: Year) -> None:
    def placed(actor: Actor) -> int:
        line = next(line for line in card_for(actor, year).lines if line.indicator.key == "unplanned_endings")
        assert line.counts[-1] is not None
        return line.counts[-1].denominator

    assert placed(year.market.manager) == placed(year.market.analyst) == 6
    assert placed(a_person(year.second, Role.COMMISSIONER)) == 2


def test_the_pages(year: Year, client_as: Callable[[Actor], FlaskClient]) -> None:
    reference = year.market.provider.reference
    own = client_as(year.market.manager).get("/scorecard").text
    assert "Look at this first" in own
    assert "941 of 1,000" in own
    for actor in (year.market.analyst, year.market.officer):
        assert client_as(actor).get(f"/providers/{reference}/scorecard").status_code == 200
        assert client_as(actor).get("/scorecard").status_code == 404
    stranger = client_as(a_person(a_provider("Beech Ltd"), Role.PROVIDER_MANAGER))
    assert stranger.get(f"/providers/{reference}/scorecard").status_code == 404
    assert "Nothing is measured yet" in stranger.get("/scorecard").text


def test_pages_take_at_most_twelve_statements(year: Year, client_as: Callable[[Actor], FlaskClient]) -> None:
    client = client_as(year.market.analyst)
    run: list[str] = []

    def note(*args: object) -> None:
        if not str(args[2]).startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            run.append(str(args[2]))

    event.listen(db.session.connection().engine, "before_cursor_execute", note)
    taken = {}
    for path in ("/reports", "/returns", f"/providers/{year.market.provider.reference}/scorecard", "/indicators"):
        run.clear()
        assert client.get(path).status_code == 200
        taken[path] = len(run)
    event.remove(db.session.connection().engine, "before_cursor_execute", note)
    assert all(0 < number <= 12 for number in taken.values()), taken
