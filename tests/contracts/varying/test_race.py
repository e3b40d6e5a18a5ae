"""Two placement managers approve one variation at once, on real connections: one wins, and the fees change once."""

import threading
import uuid

from flask import Flask
from sqlalchemy import inspect, select

from contracts.agreement import AgreementFeeLine
from contracts.varying.approving import approve_variation
from contracts.varying.variation import Variation, VariationState
from foundation.database import db
from foundation.permission import NotNow
from foundation.tenancy import act_behind
from marketplace.actor import Actor
from marketplace.roles import Role
from tests.makers.standing import a_person
from tests.makers.varying import a_running_deal, at_rate, proposed


def test_two_people_approve_at_once(own_app: Flask) -> None:
    key, people = waiting(own_app)
    outcomes: list[str] = []
    together = threading.Barrier(len(people))

    def approve(actor: Actor) -> None:
        with own_app.app_context():
            act_behind(actor.fence)
            variation = db.session.get_one(Variation, key)
            together.wait()
            try:
                approve_variation(variation, by=actor)
                outcomes.append("approved")
            except NotNow:
                outcomes.append("too late")
            db.session.remove()

    racers = [threading.Thread(target=approve, args=(actor,)) for actor in people]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(outcomes) == ["approved", "too late"]
    with own_app.app_context():
        act_behind(people[0].fence)
        assert db.session.get_one(Variation, key).state is VariationState.APPROVED
        lines = db.session.execute(select(AgreementFeeLine.amount, AgreementFeeLine.ends_on)).all()
        assert sorted((str(line.amount), line.ends_on is None) for line in lines) == [
            ("4200.00", False),
            ("4410.00", True),
        ]
        db.session.remove()


def waiting(app: Flask) -> tuple[uuid.UUID, list[Actor]]:
    """A provider's proposal that is really there, and two of the borough who may approve it."""
    with app.app_context():
        deal, agreement = a_running_deal()
        other = a_person(deal.borough, Role.PLACEMENT_MANAGER, name="Moira Manager")
        variation = proposed(agreement, deal.head, at_rate("4410.00"))
        (key,) = inspect(variation).identity or (None,)
        db.session.commit()
        db.session.remove()
    assert isinstance(key, uuid.UUID)
    return key, [deal.manager, other]
