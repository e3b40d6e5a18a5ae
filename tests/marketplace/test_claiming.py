"""The hub brings providers in: added by name, or invited to claim what the register brought."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from foundation.audit import AuditEvent
from foundation.outbox import Letter
from foundation.permission import Invalid, NotPermitted
from foundation.tenancy import act_as_system
from marketplace.actor import Actor
from marketplace.claiming import add_provider, invite_provider
from marketplace.organisation import Organisation
from marketplace.person import JoiningInvitation
from marketplace.roles import Role
from tests.makers.standing import a_borough, a_hub, a_person, a_provider, acting

Sessions = scoped_session[Session]
OTHERS = [Role.HUB_ANALYST, Role.QUALITY_OFFICER, Role.AUDITOR]


@pytest.fixture
def hub(session: Sessions) -> Organisation:
    return a_hub()


@pytest.fixture
def manager(hub: Organisation) -> Actor:
    return acting(a_person(hub, Role.HUB_MANAGER, name="Priya Nair"))


class TestAddProvider:
    def test_that_no_register_holds(self, session: Sessions, manager: Actor) -> None:
        made = add_provider("  Hawthorn   Schools Limited ", by=manager)
        assert (made.name, made.owner_key, made.prefix, made.claimed_at) == (
            "Hawthorn Schools Limited", "hawthornschoolsltd", "HAW", None,
        )  # fmt: skip
        assert session.scalars(select(AuditEvent.act)).all() == ["add_provider"]

    @pytest.mark.parametrize(("name", "says"), [("HAWTHORN SCHOOLS LTD.", "here already"), (" – ", "legal name")])
    def test_not_one_that_is_here_in_another_spelling_nor_nothing(self, manager: Actor, name: str, says: str) -> None:
        add_provider("Hawthorn Schools Limited", by=manager)
        with pytest.raises(Invalid, match=says) as refused:
            add_provider(name, by=manager)
        assert refused.value.field == "name"

    @pytest.mark.parametrize("role", OTHERS)
    def test_not_by_others_of_the_hub(self, hub: Organisation, role: Role) -> None:
        with pytest.raises(NotPermitted):
            add_provider("Hawthorn Schools", by=acting(a_person(hub, role)))

    def test_not_by_a_borough(self, hub: Organisation) -> None:
        with pytest.raises(NotPermitted):
            add_provider("Hawthorn Schools", by=acting(a_person(a_borough(hub), Role.PLACEMENT_MANAGER)))


class TestInviteProvider:
    def test_writes_to_the_address_and_keeps_only_the_token_s_hash(self, session: Sessions, manager: Actor) -> None:
        provider = add_provider("Hawthorn Schools", by=manager)
        invite_provider(provider, "dana@hawthorn.example", "Dana Cole", by=manager)
        invitation = session.scalars(select(JoiningInvitation)).one()
        assert (invitation.organisation_id, invitation.roles) == (provider.id, ["provider_manager"])
        act_as_system()
        letter = session.scalars(select(Letter)).one()
        assert letter.to_address == "dana@hawthorn.example"
        assert "/join/" in (letter.link or "")
        assert "/join/" not in letter.body
        assert invitation.token_hash not in (letter.link or "")

    @pytest.mark.parametrize("role", OTHERS)
    def test_not_by_others_of_the_hub(self, session: Sessions, hub: Organisation, role: Role) -> None:
        provider = a_provider()
        with pytest.raises(NotPermitted):
            invite_provider(provider, "dana@hawthorn.example", "Dana Cole", by=acting(a_person(hub, role)))
        assert session.scalars(select(JoiningInvitation)).all() == []

    def test_not_a_borough_s_people(self, hub: Organisation, manager: Actor, session: Sessions) -> None:
        borough = a_borough(hub)
        acting(manager)
        with pytest.raises(Invalid, match="Only a provider"):
            invite_provider(borough, "dana@borough.example", "Dana Cole", by=manager)

    def test_another_provider_sees_no_invitation(self, session: Sessions, manager: Actor) -> None:
        invite_provider(add_provider("Hawthorn Schools", by=manager), "dana@hawthorn.example", "Dana Cole", by=manager)
        acting(a_person(a_provider(), Role.PROVIDER_MANAGER))
        assert session.scalars(select(JoiningInvitation)).all() == []
