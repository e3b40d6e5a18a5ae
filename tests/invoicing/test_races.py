"""Two hands at once, on real connections: a month is made, answered and exported once; a death in the middle leaves nothing."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from contracts.invoicing import making
from contracts.invoicing.answering import answer_schedule
from contracts.invoicing.export import ChargeExport
from contracts.invoicing.exporting import export_charges
from contracts.invoicing.making import make_schedules
from contracts.invoicing.schedule import ChargeSchedule, ScheduledCharge, ScheduleRun
from foundation.database import db
from foundation.permission import Invalid, NotNow
from foundation.tenancy import act_behind
from marketplace.actor import Actor
from marketplace.organisation import Organisation
from tests.makers.invoices import Billing, a_billing, confirmed, issued, last_month, the_schedule

pytestmark = pytest.mark.slow


def prepared(app: Flask, make: Callable[[Billing], object] | None = None) -> Billing:
    """A billing that is really there."""
    with app.app_context():
        billing = a_billing()
        if make:
            make(billing)
        db.session.commit()
        db.session.remove()
    return billing


def both_at_once(app: Flask, actor: Actor, act: Callable[[], object]) -> list[str]:
    """What came of the same act in two threads."""
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def one() -> None:
        with app.app_context():
            act_behind(actor.fence)
            together.wait()
            try:
                act()
                outcomes.append("done")
            except (NotNow, Invalid, IntegrityError):
                outcomes.append("too late")
            db.session.remove()

    racers = [threading.Thread(target=one) for _ in range(2)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    return sorted(outcomes)


def counted(app: Flask, actor: Actor, kind: type) -> int:
    with app.app_context():
        act_behind(actor.fence)
        number = db.session.scalar(select(func.count()).select_from(kind)) or 0
        db.session.remove()
    return number


def test_a_month_is_made_once(own_app: Flask) -> None:
    billing = prepared(own_app)

    def make() -> None:
        make_schedules(db.session.get_one(Organisation, billing.deal.borough.id), last_month(), by=billing.finance)

    assert both_at_once(own_app, billing.finance, make) == ["done", "too late"]
    assert counted(own_app, billing.finance, ScheduleRun) == 1
    assert counted(own_app, billing.finance, ScheduledCharge) == 2


def test_a_schedule_is_answered_once(own_app: Flask) -> None:
    billing = prepared(own_app, issued)
    answer = lambda: answer_schedule(the_schedule(), by=billing.biller)  # noqa: E731
    assert both_at_once(own_app, billing.biller, answer) == ["done", "too late"]


def test_a_charge_is_exported_once(own_app: Flask) -> None:
    billing = prepared(own_app, confirmed)

    def export() -> None:
        export_charges(db.session.get_one(Organisation, billing.deal.borough.id), None, by=billing.finance)

    assert both_at_once(own_app, billing.finance, export) == ["done", "too late"]
    assert counted(own_app, billing.finance, ChargeExport) == 1


def test_killed_in_the_middle_leaves_nothing(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    billing = prepared(own_app)

    def then_die(*args: object) -> None:
        connection = db.session.connection().connection.dbapi_connection
        assert connection is not None
        connection.close()
        db.session.execute(text("SELECT 1"))

    monkeypatch.setattr(making, "tell_issued", then_die)
    with own_app.app_context(), pytest.raises(DBAPIError, match="closed"):
        act_behind(billing.finance.fence)
        make_schedules(db.session.get_one(Organisation, billing.deal.borough.id), last_month(), by=billing.finance)
    monkeypatch.undo()
    for kind in (ScheduleRun, ChargeSchedule, ScheduledCharge):
        assert counted(own_app, billing.finance, kind) == 0
