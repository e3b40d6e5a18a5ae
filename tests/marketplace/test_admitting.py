"""Deciding on applications, suspending admissions and lifting suspensions."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from foundation.audit import AuditEvent
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted
from foundation.tenancy import act_as_system
from marketplace.actor import Actor
from marketplace.admission import Admission, AdmissionState
from marketplace.admitting import Refusal, admit_provider, lift_suspension, refuse_provider, suspend_admission
from marketplace.applying import withdraw_application
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.roles import Role
from tests.makers.market import again, an_admission, an_application
from tests.makers.standing import a_borough, a_hub, a_lot, a_person, a_provider, acting

Sessions = scoped_session[Session]
Decide = Callable[[Admission, Actor], Admission]
S = AdmissionState
NO_INSURANCE = [Refusal("insurance", "The certificate lapsed in March.")]

ACTS: dict[str, Decide] = {
    "admit": lambda admission, by: admit_provider(admission, None, "", by=by),
    "refuse": lambda admission, by: refuse_provider(admission, NO_INSURANCE, by=by),
    "suspend": lambda admission, by: suspend_admission(admission, "Rated inadequate.", by=by),
    "lift": lambda admission, by: lift_suspension(admission, "Inspected again.", by=by),
    "withdraw": lambda admission, by: withdraw_application(admission, by=by),
}
#: act → the states that it starts from, written out by hand
POSSIBLE = {
    "admit": {S.APPLIED}, "refuse": {S.APPLIED}, "withdraw": {S.APPLIED}, "suspend": {S.ADMITTED}, "lift": {S.SUSPENDED},
}  # fmt: skip


@pytest.fixture
def hub(session: Sessions) -> Organisation:
    return a_hub()


@pytest.fixture
def manager(hub: Organisation) -> Actor:
    return a_person(hub, Role.HUB_MANAGER, name="Priya Nair")


@pytest.fixture
def lot(hub: Organisation) -> Lot:
    return a_lot(hub, "special_school")


def standing_at(state: AdmissionState, lot: Lot, provider: Organisation, manager: Actor) -> Admission:
    """An admission brought to a state by the verbs."""
    applied = an_application(lot, provider)
    if state is S.WITHDRAWN:
        by = acting(a_person(provider, Role.PROVIDER_MANAGER))
        return withdraw_application(again(applied), by=by)
    acting(manager)
    applied = again(applied)
    if state in (S.ADMITTED, S.SUSPENDED):
        admit_provider(applied, None, "", by=manager)
    if state is S.SUSPENDED:
        suspend_admission(applied, "Rated inadequate.", by=manager)
    if state is S.REFUSED:
        refuse_provider(applied, NO_INSURANCE, by=manager)
    return applied


class TestTheGrid:
    @pytest.mark.parametrize("state", list(S))
    @pytest.mark.parametrize("act", list(ACTS))
    def test_every_act_in_every_state(self, lot: Lot, manager: Actor, act: str, state: AdmissionState) -> None:
        provider = a_provider()
        admission = standing_at(state, lot, provider, manager)
        by = acting(a_person(provider, Role.PROVIDER_MANAGER) if act == "withdraw" else manager)
        admission = again(admission)
        if state in POSSIBLE[act]:
            assert ACTS[act](admission, by).state is not state
        else:
            with pytest.raises(NotNow):
                ACTS[act](admission, by)


class TestWhoMayNot:
    @pytest.mark.parametrize("act", ["admit", "refuse", "suspend", "lift"])
    @pytest.mark.parametrize("role", [Role.HUB_ANALYST, Role.QUALITY_OFFICER, Role.AUDITOR])
    def test_others_of_the_hub(self, session: Sessions, hub: Organisation, lot: Lot, act: str, role: Role) -> None:
        applied = an_application(lot, a_provider())
        by = acting(a_person(hub, role))
        with pytest.raises(NotPermitted):
            ACTS[act](again(applied), by)
        event = session.scalars(select(AuditEvent).where(AuditEvent.refused)).one()
        assert event.person_id == by.person_id

    @pytest.mark.parametrize("act", ["admit", "refuse", "suspend", "lift"])
    def test_the_provider_itself(self, lot: Lot, act: str) -> None:
        provider = a_provider()
        applied = an_application(lot, provider)
        by = acting(a_person(provider, Role.PROVIDER_MANAGER))
        with pytest.raises(NotPermitted):
            ACTS[act](again(applied), by)


class TestAdmitProvider:
    def test_in_a_tier_where_the_lot_has_tiers(self, hub: Organisation, manager: Actor) -> None:
        provider, lot = a_provider(), a_lot(hub, "special_school", tiers=["Tier 1", "Tier 2"])
        applied = an_application(lot, provider)
        acting(manager)
        admitted = admit_provider(again(applied), "Tier 2", "Welcome.", by=manager)
        assert (admitted.state, admitted.tier, admitted.decided_by_name) == (S.ADMITTED, "Tier 2", "Priya Nair")

    @pytest.mark.parametrize("tier", [None, "", "Tier 9"])
    def test_not_without_a_tier_of_the_lot(self, hub: Organisation, manager: Actor, tier: str | None) -> None:
        applied = an_application(a_lot(hub, "special_school", tiers=["Tier 1", "Tier 2"]), a_provider())
        acting(manager)
        with pytest.raises(Invalid, match="Tier 1 or Tier 2") as refused:
            admit_provider(again(applied), tier, "", by=manager)
        assert refused.value.field == "tier"

    def test_not_with_a_tier_where_there_are_none(self, lot: Lot, manager: Actor) -> None:
        applied = an_application(lot, a_provider())
        acting(manager)
        with pytest.raises(Invalid, match="no tiers"):
            admit_provider(again(applied), "Tier 1", "", by=manager)

    def test_the_provider_s_managers_are_told_and_boroughs_see_it(
        self, session: Sessions, hub: Organisation, lot: Lot, manager: Actor
    ) -> None:
        provider, borough = a_provider(), a_borough(hub)
        admitted = an_admission(lot, provider, manager)
        act_as_system()
        letter = session.scalars(select(Letter).where(Letter.act == "admit_provider")).one()
        assert (letter.organisation_id, letter.to_roles) == (provider.id, ["provider_manager"])
        event = session.scalars(select(AuditEvent).where(AuditEvent.act == "admit_provider")).one()
        assert event.about_id == provider.id
        acting(a_person(borough, Role.PLACEMENT_OFFICER))
        assert session.scalars(select(Admission.reference)).all() == [again(admitted).reference]


class TestRefuseProvider:
    def test_with_reasons_that_the_provider_reads(self, session: Sessions, lot: Lot, manager: Actor) -> None:
        provider = a_provider()
        refused = standing_at(S.REFUSED, lot, provider, manager)
        acting(a_person(provider, Role.PROVIDER_MANAGER))
        reasons = again(refused).refusal_reasons or []
        assert reasons[0]["explanation"] == "The certificate lapsed in March."
        act_as_system()
        assert "lapsed in March" in session.scalars(select(Letter.body).where(Letter.act == "refuse_provider")).one()

    @pytest.mark.parametrize(
        ("reasons", "field"),
        [([], "reasons"), ([Refusal("insurance", " ")], "why_insurance"), ([Refusal("looks", "x")], "reasons")],
    )
    def test_not_without_an_explained_reason(
        self, lot: Lot, manager: Actor, reasons: list[Refusal], field: str
    ) -> None:
        applied = an_application(lot, a_provider())
        acting(manager)
        with pytest.raises(Invalid) as refused:
            refuse_provider(again(applied), reasons, by=manager)
        assert refused.value.field == field


class TestSuspensions:
    @pytest.mark.parametrize("act", [suspend_admission, lift_suspension])
    def test_not_without_a_reason(self, lot: Lot, manager: Actor, act: Callable[..., Admission]) -> None:
        admission = standing_at(S.SUSPENDED if act is lift_suspension else S.ADMITTED, lot, a_provider(), manager)
        with pytest.raises(Invalid, match="Say why"):
            act(admission, " ", by=manager)

    def test_lifting_keeps_what_was_suspended_in_the_audit_trail(
        self, session: Sessions, lot: Lot, manager: Actor
    ) -> None:
        admission = standing_at(S.SUSPENDED, lot, a_provider(), manager)
        lift_suspension(admission, "Inspected again.", by=manager)
        assert (admission.suspended_at, admission.suspension_reason) == (None, None)
        event = session.scalars(select(AuditEvent).where(AuditEvent.act == "lift_suspension")).one()
        assert (event.before["reason"], event.after["reason"]) == ("Rated inadequate.", "Inspected again.")
        act_as_system()
        letters = session.scalars(select(Letter.act).order_by(Letter.written_at)).all()
        assert {"suspend_admission", "lift_suspension"} <= set(letters)


class TestWhatTheDatabaseRefuses:
    @pytest.mark.parametrize(
        "change",
        ["refusal_reasons = '[]'", "suspended_at = now()", "decided_at = now()"],
    )
    def test_facts_that_do_not_fit_the_state(self, session: Sessions, lot: Lot, manager: Actor, change: str) -> None:
        applied = an_application(lot, a_provider())
        acting(manager)
        with pytest.raises(IntegrityError, match="ck_admissions"):
            session.execute(text(f"UPDATE admissions SET {change} WHERE id = :id"), {"id": again(applied).id})
