"""Deferred work: there with its transaction or not at all, done by a worker, each scheduled piece once."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, pool, text

from foundation import jobs
from foundation.config import Addresses
from foundation.database import db
from foundation.job_calendar import Calendar, queue_once, queue_what_was_missed, take_up_stalled_work
from foundation.worker import run_worker

DONE: list[UUID | str] = []
WAITING = text("SELECT count(*) FROM queue.procrastinate_jobs WHERE task_name = :name AND status = 'todo'")
HOLDER = text("""
    SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE locktype = 'advisory' AND granted AND datname = current_database()
""")
KEY = UUID("00000000-0000-4000-8000-000000000001")


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three jobs of the tests' own, in place of the product's."""
    monkeypatch.setattr(jobs, "_jobs", {})
    DONE.clear()
    jobs.job("test.note")(note)
    jobs.job("test.fail", tries=1)(fail)
    jobs.job("test.monthly", schedule="0 6 1 * *")(note)


def note(referral_id: str = "") -> None:
    """Note that it was done."""
    DONE.append(referral_id)


def done() -> list[UUID | str]:
    return list(DONE)


def fail() -> None:
    """Fail, always."""
    raise RuntimeError("as it was asked to")


@pytest.fixture
def worker_app(addresses: Addresses) -> Iterator[Flask]:
    """An application with nothing but the database, whose commits are real."""
    app = Flask("worker")
    app.config["SQLALCHEMY_DATABASE_URI"] = addresses.app
    db.init_app(app)
    with app.app_context():
        yield app
        db.session.remove()
        db.session.execute(text("DELETE FROM queue.procrastinate_jobs"))
        db.session.execute(text("DELETE FROM queue.procrastinate_workers"))
        db.session.execute(text("DELETE FROM queue.procrastinate_periodic_defers"))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def engine(addresses: Addresses, worker_app: Flask) -> Engine:
    return create_engine(addresses.app, poolclass=pool.NullPool)


def waiting(engine: Engine, name: str) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(WAITING, {"name": name}) or 0)


class TestDeferring:
    def test_is_seen_once_the_transaction_commits(self, worker_app: Flask, engine: Engine) -> None:
        jobs.defer("test.note", referral_id=KEY)
        assert waiting(engine, "test.note") == 0
        db.session.commit()
        assert waiting(engine, "test.note") == 1

    def test_leaves_nothing_when_the_transaction_rolls_back(self, worker_app: Flask, engine: Engine) -> None:
        jobs.defer("test.note", referral_id=KEY)
        db.session.rollback()
        assert waiting(engine, "test.note") == 0

    def test_refuses_an_unknown_job(self, worker_app: Flask) -> None:
        with pytest.raises(jobs.UnknownJob, match=r"test\.unheard"):
            jobs.defer("test.unheard")

    @pytest.mark.parametrize("fact", ["x" * 65, {"name": "A"}, None])
    def test_refuses_what_is_no_key(self, worker_app: Flask, fact: object) -> None:
        with pytest.raises(TypeError, match="referral_id"):
            jobs.defer("test.note", referral_id=fact)  # type: ignore[arg-type]


class TestRegistering:
    def test_refuses_a_second_job_of_the_same_name(self) -> None:
        with pytest.raises(ValueError, match="Two jobs"):
            jobs.job("test.note")(fail)

    def test_refuses_a_weekday_by_number(self) -> None:
        with pytest.raises(ValueError, match="name the weekday"):
            jobs.job("test.weekly", schedule="0 6 * * 1")(fail)


class TestAWorker:
    def test_does_what_is_deferred_with_its_keys(self, worker_app: Flask) -> None:
        jobs.defer("test.note", referral_id=KEY)
        db.session.commit()
        run_worker(worker_app, until_idle=True)
        assert done() == [str(KEY)]

    def test_keeps_what_failed_for_good(self, worker_app: Flask, engine: Engine) -> None:
        jobs.defer("test.fail")
        db.session.commit()
        run_worker(worker_app, until_idle=True)
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT status FROM queue.procrastinate_jobs")) == "failed"

    def test_takes_up_the_work_of_one_that_was_killed(self, worker_app: Flask, engine: Engine) -> None:
        jobs.defer("test.note", referral_id=KEY)
        db.session.execute(text("UPDATE queue.procrastinate_jobs SET status = 'doing'"))
        db.session.commit()
        with engine.begin() as connection:
            take_up_stalled_work(connection)
        assert waiting(engine, "test.note") == 1
        run_worker(worker_app, until_idle=True)
        assert done() == [str(KEY)]

    def test_gives_up_work_that_has_killed_its_worker_five_times(self, worker_app: Flask, engine: Engine) -> None:
        jobs.defer("test.note", referral_id=KEY)
        db.session.execute(text("UPDATE queue.procrastinate_jobs SET status = 'doing', attempts = 5"))
        db.session.commit()
        with engine.begin() as connection:
            take_up_stalled_work(connection)
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT status FROM queue.procrastinate_jobs")) == "failed"


class TestTheCalendar:
    NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)

    def test_queues_a_due_time_once_however_many_call(self, engine: Engine) -> None:
        for _ in range(2):
            with engine.begin() as connection:
                queue_once(connection, "test.monthly", due=self.NOON)
                connection.execute(text("UPDATE queue.procrastinate_jobs SET status = 'succeeded'"))
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM queue.procrastinate_jobs")) == 1

    def test_does_not_pile_up_what_nobody_does(self, engine: Engine) -> None:
        for day in range(3):
            with engine.begin() as connection:
                queue_once(connection, "test.monthly", due=self.NOON + timedelta(days=day))
        assert waiting(engine, "test.monthly") == 1

    def test_begins_counting_when_it_first_sees_a_job(self, engine: Engine) -> None:
        with engine.begin() as connection:
            queue_what_was_missed(connection)
        assert waiting(engine, "test.monthly") == 0

    def test_queues_once_what_fell_due_while_no_worker_ran(self, engine: Engine) -> None:
        long_ago = datetime.now(UTC) - timedelta(days=100)
        with engine.begin() as connection:
            queue_once(connection, "test.monthly", due=long_ago)
            connection.execute(text("UPDATE queue.procrastinate_jobs SET status = 'succeeded'"))
            queue_what_was_missed(connection)
        assert waiting(engine, "test.monthly") == 1


class TestTwoCalendars:
    def test_have_one_leader_and_a_heir(self, addresses: Addresses, engine: Engine) -> None:
        calendars = [Calendar(addresses.app, beat_seconds=0.1) for _ in range(2)]
        for calendar in calendars:
            calendar.start()
        try:
            first = leader_of(calendars)
            (heir,) = [calendar for calendar in calendars if calendar is not first]
            assert not heir.leads.is_set()
            first.stop()
            assert heir.leads.wait(20)
        finally:
            for calendar in calendars:
                calendar.stop()

    def test_a_leader_cut_off_from_the_database_is_replaced(self, addresses: Addresses, engine: Engine) -> None:
        calendars = [Calendar(addresses.app, beat_seconds=0.1) for _ in range(2)]
        for calendar in calendars:
            calendar.start()
        try:
            leader_of(calendars)
            with engine.connect() as connection:
                cut_off = connection.scalar(HOLDER)
                connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": cut_off})
                connection.rollback()
                assert eventually(lambda: connection.scalar(HOLDER) not in (None, cut_off))
            leader_of(calendars)
        finally:
            for calendar in calendars:
                calendar.stop()


def leader_of(calendars: list[Calendar]) -> Calendar:
    """The calendar that leads, as soon as one does."""
    assert eventually(lambda: any(calendar.leads.is_set() for calendar in calendars))
    return next(calendar for calendar in calendars if calendar.leads.is_set())


def eventually(happens: Callable[[], bool]) -> bool:
    """Whether something comes true within twenty seconds."""
    pause = threading.Event()
    return any(happens() or pause.wait(0.1) for _ in range(200))
