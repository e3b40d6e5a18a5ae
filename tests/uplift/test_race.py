"""Two people agree at once, and a process dies in the middle: on real connections, everything happens once or nothing does."""

import os
import signal
import threading
from multiprocessing import get_context
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from contracts.agreement import AgreementFeeLine
from contracts.uplift import agreeing
from contracts.uplift.agreeing import agree_uplift
from contracts.uplift.request import RequestState, UpliftedLine, UpliftRequest
from contracts.uplift.requesting import request_uplift
from contracts.uplift.round import UpliftRound
from foundation.config import Settings
from foundation.database import db
from foundation.permission import NotNow
from foundation.submitting import sentence_for
from foundation.tenancy import act_behind
from marketplace.actor import Actor
from tests.makers.uplift import a_negotiation, a_request, asked
from wsgi import create_app


@pytest.fixture
def pending(own_app: Flask) -> tuple[object, Actor, Actor]:
    """A request that is really there, and two of the hub who may agree it."""
    with own_app.app_context():
        negotiation = a_negotiation()
        key = a_request(negotiation, "2").id
        db.session.remove()
    return key, negotiation.analyst, negotiation.head_of_hub


def settled(app: Flask, key: object, actor: Actor) -> tuple[RequestState, int, int]:
    """Where the request stands, how many lines were raised, and how many fee lines there are."""
    with app.app_context():
        act_behind(actor.fence)
        raised = db.session.scalar(select(func.count(UpliftedLine.id))) or 0
        lines = db.session.scalar(select(func.count(AgreementFeeLine.id))) or 0
        state = db.session.get_one(UpliftRequest, key).state
        db.session.remove()
    return state, raised, lines


def test_two_people_agree_at_once(own_app: Flask, pending: tuple[object, Actor, Actor]) -> None:
    key, *people = pending
    outcomes: list[str] = []

    def agree(actor: Actor) -> None:
        with own_app.app_context():
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
    assert settled(own_app, key, people[0]) == (RequestState.AGREED, 2, 4)


def test_two_requests_of_one_scope_at_once(own_app: Flask) -> None:
    with own_app.app_context():
        negotiation = a_negotiation()
        round_id = negotiation.round_id
        db.session.remove()
    outcomes: list[str] = []

    def ask() -> None:
        with own_app.app_context():
            act_behind(negotiation.asker.fence)
            try:
                request_uplift(db.session.get_one(UpliftRound, round_id), asked("3"), by=negotiation.asker)
                outcomes.append("asked")
            except IntegrityError as broken:
                outcomes.append(sentence_for(broken)[1])
            db.session.remove()

    racers = [threading.Thread(target=ask) for _ in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert outcomes.count("asked") == 1
    assert len([said for said in outcomes if said.startswith("You have an open request for exactly this")]) == 3


def test_a_process_killed_in_the_middle_leaves_nothing(
    own_app: Flask, pending: tuple[object, Actor, Actor], tmp_path: Path
) -> None:
    key, analyst, _ = pending
    process = get_context("spawn").Process(
        target=agree_and_be_killed, args=(own_app.config["SQLALCHEMY_DATABASE_URI"], str(tmp_path), key, analyst)
    )
    process.start()
    process.join(timeout=120)
    assert process.exitcode == -signal.SIGKILL
    assert settled(own_app, key, analyst) == (RequestState.PENDING, 0, 2)


def agree_and_be_killed(address: str, folder: str, key: object, analyst: Actor) -> None:
    """In a process of its own: every fee is changed, and before anything is committed the process is gone."""
    app = create_app(Settings.from_environment({"DATA_DIR": folder}), SQLALCHEMY_DATABASE_URI=address)

    def die(*args: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(agreeing, "_write_down", die)  # noqa: B010 - the last step of the act, after the fees
    with app.app_context():
        act_behind(analyst.fence)
        agree_uplift(db.session.get_one(UpliftRequest, key), "Agreed.", by=analyst)


def test_killed_in_the_middle_leaves_nothing(
    own_app: Flask, pending: tuple[object, Actor, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    key, analyst, _ = pending
    done = agreeing.replace_covered_lines

    def then_die(*args: object) -> None:
        done(*args)  # type: ignore[arg-type]
        connection = db.session.connection().connection.dbapi_connection
        assert connection is not None
        connection.close()
        db.session.execute(text("SELECT 1"))

    monkeypatch.setattr(agreeing, "replace_covered_lines", then_die)
    with own_app.app_context(), pytest.raises(DBAPIError, match="closed"):
        act_behind(analyst.fence)
        agree_uplift(db.session.get_one(UpliftRequest, key), "Agreed.", by=analyst)
    monkeypatch.undo()
    assert settled(own_app, key, analyst) == (RequestState.PENDING, 0, 2)
