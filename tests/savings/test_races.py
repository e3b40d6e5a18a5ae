"""Two at once, on real connections: an entry is approved once, and one project is entered once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from contracts.savings.approving import approve_savings
from contracts.savings.entering import enter_saving
from contracts.savings.saving import Saving, SavingChange, SavingState
from foundation.database import db
from foundation.permission import Invalid, NotNow
from foundation.tenancy import act_behind
from marketplace.actor import Actor
from tests.makers.savings import a_saving, a_treasury, typed


def both(app: Flask, people: list[Actor], act: Callable[[Actor], object]) -> list[object]:
    """What came of the act of each, started together."""
    together = Barrier(len(people))

    def one(actor: Actor) -> object:
        with app.app_context():
            act_behind(actor.fence)
            together.wait()
            try:
                act(actor)
                return "done"
            except (NotNow, Invalid, IntegrityError) as refused:
                return type(refused).__name__
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(one, people))


@pytest.mark.slow
def test_two_officers_approve_at_once(own_app: Flask) -> None:
    with own_app.app_context():
        of = a_treasury()
        key = a_saving(of).id
        db.session.commit()
        db.session.remove()
    outcomes = both(
        own_app, [of.officer, of.other], lambda by: approve_savings([db.session.get_one(Saving, key)], by=by)
    )
    assert sorted(map(str, outcomes)) == ["NotNow", "done"]
    with own_app.app_context():
        act_behind(of.officer.fence)
        assert db.session.get_one(Saving, key).state is SavingState.APPROVED
        assert db.session.scalar(select(func.count()).select_from(SavingChange)) == 1
        db.session.remove()


@pytest.mark.slow
def test_two_people_enter_one_project_at_once(own_app: Flask) -> None:
    with own_app.app_context():
        of = a_treasury()
        db.session.commit()
        db.session.remove()
    outcomes = both(own_app, [of.commissioner, of.officer], lambda by: enter_saving(typed(of.borough), by=by))
    assert max(map(str, outcomes)) == "done"
    with own_app.app_context():
        act_behind(of.officer.fence)
        assert db.session.scalar(select(func.count()).select_from(Saving)) == 1
        db.session.remove()
