"""Two people agree at once, and a process dies in the middle: on real connections, everything happens once or nothing does."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select, text

from contracts.agreement import AgreementFeeLine
from contracts.uplift import agreeing
from contracts.uplift.agreeing import agree_uplift
from contracts.uplift.request import RequestState, UpliftedLine, UpliftRequest
from foundation.config import Addresses
from foundation.database import db
from foundation.permission import NotNow
from foundation.tenancy import act_behind
from marketplace.actor import Actor
from tests.makers.uplift import a_negotiation, a_request


@pytest.fixture
def pending(app: Flask, addresses: Addresses) -> Iterator[tuple[object, Actor, Actor]]:
    """A request that is really there, and two of the hub who may agree it; the letters about it are taken away afterwards."""
    with app.app_context():
        negotiation = a_negotiation()
        request = a_request(negotiation, "2")
        key = request.id
        db.session.remove()
    yield key, negotiation.analyst, negotiation.head_of_hub
    maintenance = create_engine(addresses.maintenance, isolation_level="AUTOCOMMIT")
    with maintenance.connect() as connection:
        connection.execute(text("DELETE FROM letters"))
    maintenance.dispose()


def settled(app: Flask, key: object, actor: Actor) -> tuple[RequestState, int, int]:
    """Where the request stands, how many lines were raised, and how many fee lines there are."""
    with app.app_context():
        act_behind(actor.fence)
        raised = db.session.scalar(select(func.count(UpliftedLine.id))) or 0
        lines = db.session.scalar(select(func.count(AgreementFeeLine.id))) or 0
        state = db.session.get_one(UpliftRequest, key).state
        db.session.remove()
    return state, raised, lines


def test_two_people_agree_at_once(app: Flask, pending: tuple[object, Actor, Actor]) -> None:
    key, *people = pending
    outcomes: list[str] = []

    def agree(actor: Actor) -> None:
        with app.app_context():
            act_behind(actor.fence)
            try:
                agree_uplift(db.session.get_one(UpliftRequest, key), "Agreed.", by=actor)
                outcomes.append("agreed")
            except NotNow:
                outcomes.append("too late")
            db.session.remove()

    racers = [threading.Thread(target=agree, args=(actor,)) for actor in people]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(outcomes) == ["agreed", "too late"]
    assert settled(app, key, people[0]) == (RequestState.AGREED, 2, 4)


def test_killed_in_the_middle_leaves_nothing(
    app: Flask, addresses: Addresses, pending: tuple[object, Actor, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    key, analyst, _ = pending
    done = agreeing.replace_covered_lines

    def then_die(*args: object) -> None:
        done(*args)  # type: ignore[arg-type]
        own = db.session.scalar(text("SELECT pg_backend_pid()"))
        with create_engine(addresses.maintenance).connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": own})
        db.session.execute(text("SELECT 1"))

    monkeypatch.setattr(agreeing, "replace_covered_lines", then_die)
    with app.app_context(), pytest.raises(Exception, match="terminat|closed|permission"):
        act_behind(analyst.fence)
        agree_uplift(db.session.get_one(UpliftRequest, key), "Agreed.", by=analyst)
    monkeypatch.undo()
    assert settled(app, key, analyst) == (RequestState.PENDING, 0, 2)
