"""Many hands at once, on real connections and real commits: one award, whatever they do."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select, text

from contracts.award import Award
from contracts.awarding import award_offer
from foundation.config import Addresses, Settings
from foundation.database import db
from foundation.permission import NotNow
from foundation.tenancy import act_behind
from marketplace.actor import Actor
from referrals.offer import Offer, OfferState
from tests.database import database_for_this_run
from tests.makers.choosing import Competition, a_competition, recommended
from wsgi import create_app

HANDS = 20
RATIONALE = "It is the nearest to her school, and she has said that she wants to live there."


@pytest.fixture(scope="module")
def own_addresses() -> Iterator[Addresses]:
    """A database of these tests' own: what they commit would stand in others' way."""
    with database_for_this_run() as addresses:
        yield addresses


@pytest.fixture(scope="module")
def own_app(own_addresses: Addresses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    settings = Settings.from_environment({"DATA_DIR": str(tmp_path_factory.mktemp("races"))})
    options = {"pool_size": HANDS + 2, "max_overflow": 0}
    made = create_app(
        settings, SQLALCHEMY_DATABASE_URI=own_addresses.app, TESTING=True, SQLALCHEMY_ENGINE_OPTIONS=options
    )
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def competition(own_app: Flask, own_addresses: Addresses) -> Iterator[Competition]:
    """A recommended referral with four offers, committed."""
    engine = create_engine(own_addresses.maintenance, isolation_level="AUTOCOMMIT")
    with own_app.app_context(), engine.connect() as maintenance:
        maintenance.execute(text("UPDATE clock SET shift = '0'"))

        def move(to: datetime) -> None:
            maintenance.execute(text("UPDATE clock SET shift = :to - clock_timestamp()"), {"to": to})
            db.session.rollback()

        made = a_competition((4200, 4300, 4400, 4500))
        recommended(made.referral, move, by=made.officer)
        db.session.commit()
        yield made
        db.session.remove()
    engine.dispose()


def all_at_once(app: Flask, acts: list[Callable[[], object]], actor: Actor) -> list[object]:
    """Each act in a thread and a connection of its own, started together; what came of each."""
    together = Barrier(len(acts))

    def one(act: Callable[[], object]) -> object:
        with app.app_context():
            act_behind(actor.fence)
            together.wait()
            try:
                return act()
            except NotNow as refused:
                return refused

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def award(offer: Offer, by: Actor) -> Callable[[], object]:
    return lambda: award_offer(db.session.get_one(Offer, offer.id), RATIONALE, departs=True, by=by)


@pytest.mark.slow
@pytest.mark.parametrize("different", [False, True], ids=["the same offer", "different offers"])
def test_twenty_hands_make_one_award(own_app: Flask, competition: Competition, different: bool) -> None:
    chosen = [competition.offers[n % 4 if different else 0] for n in range(HANDS)]
    outcomes = all_at_once(own_app, [award(offer, competition.manager) for offer in chosen], competition.manager)
    assert sum(isinstance(outcome, NotNow) for outcome in outcomes) == HANDS - 1
    act_behind(competition.manager.fence)
    of_this = Award.referral_id == competition.referral.id
    assert db.session.scalar(select(func.count()).where(of_this)) == 1
    awarded = Offer.referral_id == competition.referral.id, Offer.state == OfferState.AWARDED
    assert db.session.scalar(select(func.count()).where(*awarded)) == 1
