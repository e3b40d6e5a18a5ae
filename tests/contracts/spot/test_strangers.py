"""Who sees what of a spot purchase: its borough everything, the hub pseudonyms and money, everybody else nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session, scoped_session

from contracts.agreement import Agreement, AgreementFeeLine, Signature
from contracts.opening import open_identity_of
from contracts.spot.deciding import withdraw_spot_purchase
from contracts.spot.purchase import SpotFeeLine, SpotPurchase, SpotReview
from contracts.spot.reviewing import review_spot_purchase
from foundation import clock
from foundation.database import db
from foundation.permission import NotFound
from foundation.tenancy import Fence
from marketplace.actor import Actor
from marketplace.organisation import Organisation
from marketplace.roles import Kind, Role
from marketplace.setting import Setting
from referrals.child import Identity
from tests.makers.spot import (
    Need,
    a_need,
    agreement_as_read_by,
    approved,
    issued,
    proposed,
    purchase_as_read_by,
    started,
    unregistered,
)
from tests.makers.standing import a_borough, a_hub, a_person, a_provider, acting, behind

TABLES = (SpotPurchase, SpotFeeLine, SpotReview)


def reviewed(need: Need) -> SpotPurchase:
    """A live unregistered place with a review: a row in each table."""
    purchase = unregistered(need)
    started(need, purchase)
    purchase = purchase_as_read_by(need.officer, purchase)
    review_spot_purchase(purchase, "Settled.", clock.today() + timedelta(days=7), by=need.officer)
    return purchase


def seen_by(actor: Actor) -> list[int]:
    acting(actor)
    return [len(db.session.scalars(select(table)).all()) for table in TABLES]


def head_of(need: Need, purchase: SpotPurchase | None = None) -> Actor:
    """The manager of the provider outside the framework, once it has accounts."""
    provider_id = purchase.provider_id if purchase else need.outside.provider_id
    with behind(Fence(provider_id, None, "provider")):
        owner = db.session.get_one(Organisation, provider_id)
        owner.claimed_at = clock.now()
    return a_person(Organisation(id=provider_id, kind=Kind.PROVIDER, name="Faraway Homes Ltd"), Role.PROVIDER_MANAGER)


class TestRows:
    def test_the_borough_and_its_hub_read_all_three_tables(self, session: scoped_session[Session]) -> None:
        need = a_need()
        reviewed(need)
        assert seen_by(a_person(need.borough, Role.AUDITOR)) == [1, 1, 1]
        assert seen_by(a_person(need.hub, Role.HUB_ANALYST)) == [1, 1, 1]

    def test_strangers_read_none(self, session: scoped_session[Session]) -> None:
        need = a_need()
        reviewed(need)
        strangers = (
            a_person(a_borough(need.hub, "London Borough of Elsewhere"), Role.PLACEMENT_MANAGER),
            a_person(a_hub(), Role.HUB_MANAGER), a_person(a_provider("Beech Ltd"), Role.PROVIDER_MANAGER),
            a_person(Organisation(id=need.admitted.provider_id, kind=Kind.PROVIDER, name="Oakfield"), Role.PROVIDER_MANAGER),
        )  # fmt: skip
        acting(need.officer)
        head = head_of(need, session.scalars(select(SpotPurchase)).one())
        for stranger in (*strangers, head):
            assert seen_by(stranger) == [0, 0, 0], stranger.organisation_name

    def test_the_hub_changes_nothing_and_nobody_deletes(self, session: scoped_session[Session]) -> None:
        need = a_need()
        proposed(need)
        acting(a_person(need.hub, Role.HUB_MANAGER))
        assert session.execute(update(SpotPurchase).values(explanation="Changed.")).rowcount == 0
        acting(need.officer)
        with pytest.raises(ProgrammingError):
            session.execute(delete(SpotPurchase))

    def test_nobody_lays_down_an_approved_purchase(self, session: scoped_session[Session]) -> None:
        need = a_need()
        proposed(need)
        copied = text(
            "INSERT INTO spot_reviews (id, spot_purchase_id, authority_id, kind, due_on, reviewed_at, reviewed_by_id,"
            " reviewed_by_name, finding, next_on) SELECT gen_random_uuid(), id, :other, 'planned', review_on, proposed_at,"
            " proposed_by_id, 'x', 'x', review_on FROM spot_purchases"
        )
        with pytest.raises(ProgrammingError, match="row-level security"):
            session.execute(copied, {"other": need.hub.id})


class TestAPlaceWrittenDown:
    def test_is_its_borough_s_and_the_hub_s_alone(self, session: scoped_session[Session]) -> None:
        need = a_need()
        unregistered(need)
        elsewhere = a_person(a_borough(need.hub, "London Borough of Elsewhere"), Role.PLACEMENT_OFFICER)
        names = select(Setting.name).where(Setting.source == "spot")
        owners = select(Organisation.name).where(Organisation.source == "spot")
        for actor, found in ((need.officer, 1), (a_person(need.hub, Role.HUB_ANALYST), 1), (elsewhere, 0)):
            acting(actor)
            assert len(session.scalars(names).all()) == found
            assert len(session.scalars(owners).all()) == found
        assert "Rowan House" in session.scalars(select(Setting.name)).all(), "the directory is still there"

    def test_a_borough_lays_down_no_registered_place_and_no_provider_with_accounts(
        self, session: scoped_session[Session]
    ) -> None:
        need = a_need()
        acting(need.officer)
        for number, facts in enumerate(({"urn": "SC123456"}, {"source": "register"}, {"recorded_by_id": None})):
            described = {"source": "spot", "recorded_by_id": need.borough.id} | facts
            setting = Setting(
                provider_id=need.outside.provider_id, reference=f"SET-{number}", name="X", kind="childrens_home",
                **described,
            )  # fmt: skip
            with pytest.raises(ProgrammingError, match="row-level security"), session.begin_nested():
                session.add(setting)
                session.flush()
        owner = Organisation(
            kind=Kind.PROVIDER, name="X", prefix="XXX", reference="XXX-1", owner_key="x", source="spot",
            recorded_by_id=need.borough.id, claimed_at=clock.now(),
        )  # fmt: skip
        with pytest.raises(ProgrammingError, match="row-level security"), session.begin_nested():
            session.add(owner)
            session.flush()


class TestTheChildsIdentity:
    def test_opens_to_the_provider_with_the_issue_and_not_before(self, session: scoped_session[Session]) -> None:
        need = a_need()
        head = head_of(need)
        purchase = approved(need, proposed(need))
        acting(head)
        assert session.scalars(select(Identity)).all() == []
        agreement = issued(need, purchase)
        responder = a_person(
            Organisation(id=head.organisation_id, kind=Kind.PROVIDER, name="Faraway"), Role.PROVIDER_RESPONDER
        )
        agreement = agreement_as_read_by(responder, agreement)
        assert open_identity_of(agreement, by=responder).first_name == "Quillonrose"

    def test_stays_shut_to_others_and_to_roles_that_need_no_name(self, session: scoped_session[Session]) -> None:
        need = a_need()
        head_of(need)
        issued(need, approved(need, proposed(need)))
        finance = a_person(
            Organisation(id=need.outside.provider_id, kind=Kind.PROVIDER, name="Faraway"), Role.PROVIDER_FINANCE
        )
        other = a_person(
            Organisation(id=need.admitted.provider_id, kind=Kind.PROVIDER, name="Oakfield"), Role.PROVIDER_MANAGER
        )
        hub = a_person(need.hub, Role.HUB_MANAGER)
        elsewhere = a_person(a_borough(need.hub, "London Borough of Elsewhere"), Role.DIRECTOR)
        for stranger in (finance, other, hub, elsewhere):
            acting(stranger)
            assert session.scalars(select(Identity)).all() == []

    def test_shuts_when_the_purchase_is_withdrawn(self, session: scoped_session[Session]) -> None:
        need = a_need()
        head = head_of(need)
        purchase = approved(need, proposed(need))
        issued(need, purchase)
        withdraw_spot_purchase(purchase_as_read_by(need.officer, purchase), "Not needed.", by=need.officer)
        acting(head)
        assert session.scalars(select(Identity)).all() == []
        agreement = session.scalar(select(Agreement))
        assert agreement is not None
        with pytest.raises(NotFound):
            open_identity_of(agreement, by=head)

    def test_another_provider_sees_nothing_of_the_agreement(self, session: scoped_session[Session]) -> None:
        need = a_need()
        started(need)
        other = a_person(
            Organisation(id=need.admitted.provider_id, kind=Kind.PROVIDER, name="Oakfield"), Role.PROVIDER_MANAGER
        )
        acting(other)
        for table in (Agreement, AgreementFeeLine, Signature):
            assert session.scalars(select(table)).all() == []
