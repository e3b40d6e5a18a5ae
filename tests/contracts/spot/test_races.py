"""Two approvals, two proposals, an approval against a withdrawal, at once: one of them stands."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from contracts.spot.deciding import approve_spot_purchase, withdraw_spot_purchase
from contracts.spot.proposing import propose_spot_purchase
from contracts.spot.purchase import SpotPurchase, SpotState
from foundation.audit import AuditEvent
from foundation.database import db
from foundation.permission import NotNow
from foundation.tenancy import act_behind
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.roles import Role
from marketplace.setting import Setting
from referrals.referral import Referral
from tests.makers.spot import Need, a_need, proposed, spot_terms
from tests.makers.standing import a_person, acting

pytestmark = pytest.mark.slow
ROUNDS = 5


def at_once(app: Flask, *doings: object) -> list[object]:
    """Everybody on a connection of their own, let go together; what each got."""
    start = Barrier(len(doings))

    def do(doing: object) -> object:
        with app.app_context():
            start.wait()
            try:
                return doing()  # type: ignore[operator]
            except (NotNow, IntegrityError) as refused:
                db.session.rollback()
                return type(refused).__name__
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(doings)) as pool:
        return list(pool.map(do, doings))


def approving(need_id: object, by: Actor) -> object:
    def approve() -> str:
        act_behind(by.fence)
        approve_spot_purchase(db.session.get_one(SpotPurchase, need_id), "Agreed.", by=by)
        return "approved"

    return approve


class TestAtOnce:
    def test_two_managers_approve_one_purchase(self, own_app: Flask) -> None:
        with own_app.app_context():
            for _ in range(ROUNDS):
                need = a_need()
                other = a_person(need.borough, Role.PLACEMENT_MANAGER)
                key = proposed(need).id
                db.session.commit()
                db.session.remove()
                found = at_once(own_app, approving(key, need.manager), approving(key, other))
                assert sorted(map(str, found)) == ["NotNow", "approved"]
                acting(need.manager)
                act = select(func.count()).where(
                    AuditEvent.act == Act.APPROVE_SPOT_PURCHASE, AuditEvent.subject_id == key
                )
                assert db.session.scalar(act) == 1

    def test_an_approval_and_a_withdrawal(self, own_app: Flask) -> None:
        with own_app.app_context():
            need = a_need()
            key = proposed(need).id
            db.session.remove()

            def withdraw() -> str:
                act_behind(need.officer.fence)
                withdraw_spot_purchase(db.session.get_one(SpotPurchase, key), "Not needed.", by=need.officer)
                return "withdrawn"

            found = at_once(own_app, approving(key, need.manager), withdraw)
            acting(need.officer)
            assert "withdrawn" in found
            assert db.session.scalars(select(SpotPurchase.state)).one() is SpotState.WITHDRAWN

    def test_two_officers_propose_for_one_child(self, own_app: Flask) -> None:
        with own_app.app_context():
            need = a_need()
            db.session.remove()
            found = at_once(own_app, proposing(need), proposing(need))
            assert sorted(map(str, found)) == ["IntegrityError", "proposed"]
            acting(need.officer)
            assert db.session.scalar(select(func.count()).select_from(SpotPurchase)) == 1


def proposing(need: Need) -> object:
    def propose() -> str:
        act_behind(need.officer.fence)
        referral, setting = db.session.get_one(Referral, need.referral.id), db.session.get_one(Setting, need.outside.id)
        propose_spot_purchase(referral, setting, spot_terms(), by=need.officer)
        return "proposed"

    return propose
