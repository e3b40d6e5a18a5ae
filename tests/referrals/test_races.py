"""Answers that race the deadline, the opening and each other, on connections of their own to a database of their own."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session

from foundation import once
from foundation.config import Addresses, Settings
from foundation.database import db
from foundation.permission import NotNow
from foundation.tenancy import act_behind
from marketplace.actor import Actor
from referrals import offering
from referrals.deadlines import TooLate
from referrals.evaluating import open_offers
from referrals.offer import Offer
from referrals.offering import submit_offer
from tests.database import database_for_this_run
from tests.makers.answers import a_responder, an_officer, here, invited, needs_met, terms_for
from tests.makers.standing import acting
from tests.referrals.published import Market, a_market
from wsgi import create_app

pytestmark = pytest.mark.slow


@pytest.fixture
def own() -> Iterator[Addresses]:
    """A database that nobody else reads, because these tests commit."""
    with database_for_this_run() as addresses:
        yield addresses


@pytest.fixture
def own_app(own: Addresses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    settings = Settings.from_environment({"DATA_DIR": str(tmp_path_factory.mktemp("data"))})
    made = create_app(settings, SQLALCHEMY_DATABASE_URI=own.app, TESTING=True, WTF_CSRF_ENABLED=False)
    yield made
    with made.app_context():
        db.engine.dispose()


class Scene:
    """A market whose referral was sent to one provider, a responder there and an officer of the borough, all committed."""

    def __init__(self, app: Flask, own: Addresses) -> None:
        self.app, self.own = app, own
        with app.app_context():
            self.market: Market = a_market()
            self.referral = invited(self.market.referral, self.market.rowan)
            self.officer, self.responder = an_officer(self.referral), a_responder(self.market.rowan)
            acting(self.responder)
            self.terms = terms_for(self.market.rowan, needs=needs_met(here(self.referral)))
            db.session.commit()

    def as_actor(self, actor: Actor, act: Callable[[], object]) -> object:
        """The act on a connection of its own."""
        with self.app.app_context():
            act_behind(actor.fence)
            return act()

    def offer(self) -> object:
        """The responder sends the offer."""
        return self.as_actor(self.responder, lambda: submit_offer(here(self.referral), self.terms, by=self.responder))

    def open(self) -> object:
        """The officer opens the offers."""
        return self.as_actor(self.officer, lambda: open_offers(here(self.referral), by=self.officer))

    def offers_read_by(self, actor: Actor) -> int:
        """How many offers the actor reads."""
        count = select(func.count()).select_from(Offer)
        read = self.as_actor(actor, lambda: db.session.scalar(count))
        assert isinstance(read, int)
        return read

    def maintain(self, statement: str, **values: object) -> object:
        """A statement of the maintenance role, committed at once."""
        engine = create_engine(self.own.maintenance, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            result = connection.execute(text(statement), values)
            found = result.scalar() if result.returns_rows else None
        engine.dispose()
        return found

    def pass_the_deadline(self) -> None:
        """The clock moves on to a moment after the deadline."""
        deadline = self.referral.deadline
        assert isinstance(deadline, datetime)
        after = deadline + timedelta(seconds=1)
        self.maintain("UPDATE clock SET shift = :to - clock_timestamp()", to=after)

    def wait_for_a_lock(self) -> None:
        """Until one connection waits for a lock that another holds."""
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        for _ in range(1500):
            if self.maintain(waiting):
                return
            threading.Event().wait(0.02)
        raise AssertionError("nobody waited for a lock")


@pytest.fixture
def scene(own_app: Flask, own: Addresses) -> Scene:
    return Scene(own_app, own)


class Pause:
    """A step of a verb that waits in the middle until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
        self.reached, self.go = threading.Event(), threading.Event()
        real = getattr(offering, step)

        def waiting(*args: object, **kwargs: object) -> object:
            self.reached.set()
            assert self.go.wait(30)
            return real(*args, **kwargs)

        monkeypatch.setattr(offering, step, waiting)


def test_an_offer_microseconds_after_the_deadline_is_late(scene: Scene) -> None:
    scene.maintain("UPDATE referrals SET deadline = harbour_clock()")
    with pytest.raises(TooLate):
        scene.offer()
    assert scene.offers_read_by(scene.responder) == 0


def test_an_offer_begun_in_time_and_written_late_is_late(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    pause = Pause(monkeypatch, "check_offer")
    with ThreadPoolExecutor() as pool:
        offering_it: Future[object] = pool.submit(scene.offer)
        assert pause.reached.wait(30)
        scene.pass_the_deadline()
        pause.go.set()
        with pytest.raises(TooLate):
            offering_it.result()
    assert scene.offers_read_by(scene.responder) == 0


def test_the_opening_waits_for_an_offer_that_is_being_written(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    pause = Pause(monkeypatch, "tell_offered")
    with ThreadPoolExecutor() as pool:
        offering_it = pool.submit(scene.offer)
        assert pause.reached.wait(30)
        scene.pass_the_deadline()
        opening = pool.submit(scene.open)
        scene.wait_for_a_lock()
        assert not opening.done()
        pause.go.set()
        offering_it.result()
        opening.result()
    assert scene.offers_read_by(scene.officer) == 1


def test_no_offer_is_written_behind_the_opening(scene: Scene) -> None:
    scene.pass_the_deadline()
    scene.open()
    with pytest.raises(NotNow):
        scene.offer()
    assert scene.offers_read_by(scene.responder) == 0


def test_two_clicks_at_once_make_one_offer(scene: Scene) -> None:
    def click() -> object:
        session: Session = db.session()
        once.carry(scene.responder.person_id, "the form’s key", "the same text")  # type: ignore[arg-type]
        assert "one_time_key" in session.info
        return submit_offer(here(scene.referral), scene.terms, by=scene.responder)

    with ThreadPoolExecutor() as pool:
        clicks = [pool.submit(scene.as_actor, scene.responder, click) for _ in range(2)]
        refused = [each.exception() for each in clicks if each.exception()]
    assert [type(error) for error in refused] == [once.AlreadyDone]
    assert scene.offers_read_by(scene.responder) == 1
