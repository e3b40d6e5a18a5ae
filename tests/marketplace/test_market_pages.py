"""The marketplace's pages: each role walks them, nobody sees more than theirs, and a long list costs no more statements."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session, scoped_session

from marketplace.actor import Actor
from marketplace.admission import Admission
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.roles import Role
from marketplace.setting import Setting, SettingKind, SettingNeed
from tests.makers.market import PDF, again, an_admission, an_application
from tests.makers.standing import a_borough, a_hub, a_lot, a_person, a_provider, a_setting, acting

Sessions = scoped_session[Session]
Clients = Callable[[Actor], FlaskClient]


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL statements that run meanwhile, savepoints aside."""
    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
def hub(session: Sessions) -> Organisation:
    return a_hub()


@pytest.fixture
def borough(hub: Organisation) -> Organisation:
    return a_borough(hub)


@pytest.fixture
def lot(hub: Organisation, borough: Organisation) -> Lot:
    return a_lot(hub, "special_school", boroughs=(borough,), tiers=["Tier 1", "Tier 2"])


@pytest.fixture
def provider(session: Sessions) -> Organisation:
    return a_provider()


@pytest.fixture
def manager(hub: Organisation) -> Actor:
    return a_person(hub, Role.HUB_MANAGER)


def address_of(lot: Lot) -> str:
    return f"/lots/{lot.framework.reference}/{lot.number}"


class TestFrameworks:
    @pytest.mark.parametrize("role", [Role.PLACEMENT_OFFICER, Role.HUB_MANAGER, Role.PROVIDER_MANAGER])
    def test_everybody_reads_them(
        self, hub: Organisation, borough: Organisation, provider: Organisation, lot: Lot, client_as: Clients, role: Role
    ) -> None:
        address, framework = address_of(lot), f"/frameworks/{lot.framework.reference}"
        owner = {Role.PLACEMENT_OFFICER: borough, Role.HUB_MANAGER: hub, Role.PROVIDER_MANAGER: provider}[role]
        client = client_as(a_person(owner, role))
        assert "Special schools framework" not in client.get("/frameworks").text
        assert "Independent special schools" in client.get("/frameworks").text
        page = client.get(framework).text
        assert "First term, 4 years: 1 April 2022 to 31 March 2026" in page
        assert "London Borough of Testham" in page
        lot_page = client.get(address).text
        assert "100 × (1 − £4,000.00 ÷ £8,000.00)" in lot_page
        assert ("Apply to this lot" in lot_page) == (role is Role.PROVIDER_MANAGER)

    def test_one_that_is_not_there(self, borough: Organisation, client_as: Clients) -> None:
        client = client_as(a_person(borough, Role.PLACEMENT_OFFICER))
        assert client.get("/frameworks/FWK-2222-22").status_code == 404
        assert client.get("/lots/FWK-2222-22/1").status_code == 404


class TestApplyingAndDeciding:
    def test_from_the_application_to_the_admission(
        self, session: Sessions, provider: Organisation, lot: Lot, manager: Actor, client_as: Clients
    ) -> None:
        address = address_of(lot)
        reference = a_setting(provider, kind=SettingKind.SPECIAL_SCHOOL, name="Hawthorn School").reference
        client = client_as(a_person(provider, Role.PROVIDER_MANAGER))
        assert "Hawthorn School" in client.get(f"{address}/apply").text
        sent = client.post(
            f"{address}/apply",
            data={
                "settings": reference, f"rate_{reference}_0": "£1,250.50", "statement": "Small classes.",
                "document_0": (io.BytesIO(PDF), "cover.pdf"),
            },
        )  # fmt: skip
        assert sent.status_code == 303
        hub_client = client_as(manager)
        assert "Oakfield Care Ltd" in hub_client.get("/admissions").text
        page = hub_client.get(sent.location).text
        assert "£1,250.50" in page
        document = hub_client.get(f"{sent.location}/documents/1")
        assert document.headers["Content-Disposition"] == "attachment; filename=cover.pdf"
        without_tier = hub_client.post(f"{sent.location}/admission", data={"note": "Welcome."})
        assert without_tier.status_code == 422
        assert "Choose the tier: Tier 1 or Tier 2." in without_tier.text
        assert "Welcome." in without_tier.text
        assert hub_client.post(f"{sent.location}/admission", data={"tier": "Tier 2"}).status_code == 303
        assert "Admitted, Tier 2" in client_as(a_person(provider, Role.PROVIDER_MANAGER)).get(sent.location).text

    def test_what_was_typed_stays_when_it_is_refused(
        self, provider: Organisation, lot: Lot, client_as: Clients
    ) -> None:
        address = address_of(lot)
        reference = a_setting(provider, kind=SettingKind.SPECIAL_SCHOOL).reference
        client = client_as(a_person(provider, Role.PROVIDER_MANAGER))
        answer = client.post(
            f"{address}/apply",
            data={"settings": reference, f"rate_{reference}_0": "-12", "statement": "Small classes."},
        )
        assert answer.status_code == 422
        assert "below nought" in answer.text
        assert "Small classes." in answer.text
        assert "<title>Error: " in answer.text

    def test_refusal_with_reasons(self, provider: Organisation, lot: Lot, manager: Actor, client_as: Clients) -> None:
        applied = an_application(lot, provider)
        acting(manager)
        address = f"/admissions/{again(applied).reference}"
        client = client_as(manager)
        bare = client.post(f"{address}/refusal", data={"reasons": "insurance"})
        assert bare.status_code == 422
        assert "so that the provider can mend it" in bare.text
        told = {"reasons": "insurance", "why_insurance": "The certificate lapsed."}
        assert client.post(f"{address}/refusal", data=told).status_code == 303
        assert "The certificate lapsed." in client_as(a_person(provider, Role.PROVIDER_MANAGER)).get(address).text

    def test_suspending_and_lifting(self, provider: Organisation, lot: Lot, manager: Actor, client_as: Clients) -> None:
        admitted = an_admission(lot, provider, manager)
        address = f"/admissions/{again(admitted).reference}"
        client = client_as(manager)
        assert client.post(f"{address}/suspension", data={"reason": " "}).status_code == 422
        assert client.post(f"{address}/suspension", data={"reason": "Rated inadequate."}).status_code == 303
        assert "Suspended since" in client.get(address).text
        assert client.post(f"{address}/suspension", data={"reason": "Again."}).status_code == 409
        assert client.post(f"{address}/suspension/end", data={"reason": "Inspected again."}).status_code == 303

    def test_adding_a_setting_and_withdrawing(self, provider: Organisation, lot: Lot, client_as: Clients) -> None:
        applied = an_application(lot, provider)
        reference = again(applied).reference
        other = a_setting(provider, kind=SettingKind.SPECIAL_SCHOOL, name="Elm School").reference
        client = client_as(a_person(provider, Role.PROVIDER_MANAGER))
        added = client.post(f"/admissions/{reference}/settings", data={"settings": other, f"rate_{other}_0": "900"})
        assert added.status_code == 303
        assert "Elm School" in client.get(f"/admissions/{reference}").text
        assert client.post(f"/admissions/{reference}/withdrawal").status_code == 303
        assert "Withdrawn" in client.get("/admissions").text

    def test_strangers_find_nothing(
        self, hub: Organisation, borough: Organisation, provider: Organisation, lot: Lot, client_as: Clients
    ) -> None:
        applied = an_application(lot, provider)
        reference = again(applied).reference
        stranger = client_as(a_person(a_provider("Beech Ltd"), Role.PROVIDER_MANAGER))
        assert stranger.get(f"/admissions/{reference}").status_code == 404
        assert stranger.get(f"/admissions/{reference}/documents/1").status_code == 404
        officer = client_as(a_person(borough, Role.PLACEMENT_OFFICER))
        assert officer.get("/admissions").status_code == 403
        analyst = client_as(a_person(hub, Role.HUB_ANALYST))
        assert analyst.post(f"/admissions/{reference}/admission", data={"tier": "Tier 1"}).status_code == 403


class TestSettings:
    def test_added_completed_and_confirmed(
        self, session: Sessions, provider: Organisation, known_postcodes: None, client_as: Clients
    ) -> None:
        client = client_as(a_person(provider, Role.PROVIDER_MANAGER))
        facts = {"name": "Hawthorn School", "kind": "special_school", "urn": "101846", "postcode": "cr0 2rf"}
        added = client.post("/settings/new", data=facts)
        assert added.status_code == 303
        assert "number of places" in client.get(added.location).text
        whole = facts | {"places": "40", "age_from": "5", "age_to": "16", "accepts": "any", "version": "1"}
        assert client.post(f"{added.location}/facts", data=whole).status_code == 303
        assert client.post(f"{added.location}/facts", data=whole).status_code == 409
        needs = {"level_ASD": "full", "evidence_ASD": "All staff trained", "version": "2"}
        assert client.post(f"{added.location}/needs", data=needs).status_code == 303
        assert "All staff trained" in client.get(added.location).text
        told = {"vacancies": "3", "vacant_from": ["1", "12", "2026"]}
        assert client.post(f"{added.location}/vacancies", data=told).status_code == 303
        assert client.post(f"{added.location}/still-right").status_code == 303
        assert "3 vacancies" in client.get("/settings").text
        assert session.scalars(select(SettingNeed.need)).all() == ["ASD"]

    @pytest.mark.parametrize(
        ("wrong", "says"),
        [
            ({"name": ""}, "Enter the name"),
            ({"urn": "12"}, "A reference (URN) is 6 digits"),
            ({"postcode": "CR0 9ZZ"}, "There is no postcode"),
            ({"age_from": "17", "age_to": "8"}, "Swap them"),
            ({"places": "many"}, "is not a whole number"),
            ({"urn": "101847"}, "may be another provider"),
        ],
    )
    def test_mistakes_are_told_beside_the_field(
        self, provider: Organisation, known_postcodes: None, client_as: Clients, wrong: dict[str, str], says: str
    ) -> None:
        a_setting(a_provider("Beech Ltd"), urn="101847")
        facts = {"name": "Hawthorn School", "kind": "special_school", "description": "By the park."}
        answer = client_as(a_person(provider, Role.PROVIDER_MANAGER)).post("/settings/new", data=facts | wrong)
        assert answer.status_code == 422
        assert says in answer.text
        assert "By the park." in answer.text

    def test_an_invented_reference_that_stood_there_may_stay(
        self, provider: Organisation, known_postcodes: None, client_as: Clients
    ) -> None:
        reference = a_setting(provider, urn="DM00096").reference
        facts = {"name": "Rowan Lodge", "kind": "childrens_home", "urn": "DM00096", "version": "1"}
        client = client_as(a_person(provider, Role.PROVIDER_MANAGER))
        assert client.post(f"/settings/{reference}/facts", data=facts).status_code == 303
        assert client.post(f"/settings/{reference}/facts", data=facts | {"urn": "DM1"}).status_code == 422

    def test_another_s_setting_is_not_there(self, provider: Organisation, client_as: Clients) -> None:
        reference = a_setting(a_provider("Beech Ltd")).reference
        client = client_as(a_person(provider, Role.PROVIDER_MANAGER))
        for address in (f"/settings/{reference}", f"/providers/settings/{reference}"):
            assert client.get(address).status_code == 404
        assert client.post(f"/settings/{reference}/still-right").status_code == 404

    def test_a_responder_confirms_but_does_not_change(
        self, session: Sessions, provider: Organisation, client_as: Clients
    ) -> None:
        reference = a_setting(provider).reference
        client = client_as(a_person(provider, Role.PROVIDER_RESPONDER))
        assert client.post(f"/settings/{reference}/still-right").status_code == 303
        facts = {"name": "Rowan Lodge", "kind": "childrens_home", "version": "2"}
        assert client.post(f"/settings/{reference}/facts", data=facts).status_code == 403
        assert "Change</a>" not in client.get(f"/settings/{reference}").text


class TestTheDirectory:
    @pytest.fixture
    def officer(self, borough: Organisation) -> Actor:
        return a_person(borough, Role.PLACEMENT_OFFICER)

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", True), ("words=oakf", True), ("words=rowan", True), ("words=nobody", False), ("kind=special_school", True),
            ("kind=boarding_school", False), ("need=ASD", True), ("need=PMLD", False), ("rating=Good", True),
            ("rating=Inadequate", False), ("vacancy=yes", True), ("authority=306", False),
        ],
    )  # fmt: skip
    def test_searches_and_filters(
        self, provider: Organisation, lot: Lot, officer: Actor, client_as: Clients, query: str, found: bool
    ) -> None:
        a_setting(provider, lot, needs=("ASD",))
        page = client_as(officer).get(f"/providers?{query}").text
        assert ("Oakfield Care Ltd" in page) == found

    def test_by_lot(self, provider: Organisation, lot: Lot, officer: Actor, client_as: Clients) -> None:
        wanted = f"{lot.framework.reference}/{lot.number}"
        a_setting(provider, lot)
        a_setting(a_provider("Beech Ltd"))
        page = client_as(officer).get(f"/providers?lot={wanted}").text
        assert "Oakfield Care Ltd" in page
        assert "Beech Ltd" not in page

    def test_a_provider_sees_its_own_page_and_no_other(
        self, provider: Organisation, lot: Lot, client_as: Clients
    ) -> None:
        own, other = provider.reference, a_provider("Beech Ltd").reference
        a_setting(provider, lot)
        client = client_as(a_person(provider, Role.PROVIDER_MANAGER))
        assert client.get("/providers").status_code == 403
        assert "As boroughs and the hub see it" in client.get(f"/providers/{own}").text
        assert client.get(f"/providers/{other}").status_code == 404

    def test_the_hub_adds_and_invites(self, manager: Actor, client_as: Clients) -> None:
        client = client_as(manager)
        added = client.post("/providers/new", data={"name": "Hawthorn Schools Ltd"})
        assert added.status_code == 303
        wrong = client.post(added.location, data={"name": "Dana Cole", "email": "dana"})
        assert "such as name@example.org" in wrong.text
        sent = client.post(added.location, data={"name": "Dana Cole", "email": "dana@hawthorn.example"})
        assert sent.status_code == 303
        again_added = client.post("/providers/new", data={"name": "HAWTHORN SCHOOLS LIMITED"})
        assert "is here already" in again_added.text

    def test_a_borough_neither_adds_nor_invites(
        self, provider: Organisation, officer: Actor, client_as: Clients
    ) -> None:
        reference = provider.reference
        client = client_as(officer)
        assert client.post("/providers/new", data={"name": "X"}).status_code == 403
        assert client.get(f"/providers/{reference}/invite").status_code == 403


class TestStatements:
    def test_no_page_asks_more_than_twelve_times_however_many_rows(
        self, session: Sessions, provider: Organisation, lot: Lot, manager: Actor, client_as: Clients
    ) -> None:
        address, framework = address_of(lot), f"/frameworks/{lot.framework.reference}"
        for number in range(12):
            a_setting(provider, lot, name=f"School {number}", needs=("ASD", "SEMH"))
            an_application(lot, a_provider(f"Provider {number}"))
        acting(manager)
        admission = session.scalars(select(Admission.reference)).first()
        setting = session.scalars(select(Setting.reference).where(Setting.provider_id == provider.id)).first()
        reference = provider.reference
        hub_client = client_as(manager)
        own_client = client_as(a_person(provider, Role.PROVIDER_MANAGER))
        for client, pages in (
            (
                hub_client,
                ("/providers", f"/providers/{reference}", "/admissions", f"/admissions/{admission}", "/register"),
            ),
            (hub_client, ("/frameworks", framework, address, f"/providers/settings/{setting}")),
            (
                own_client,
                ("/settings", f"/settings/{setting}", f"/settings/{setting}/needs", f"{address}/apply", "/admissions"),
            ),
        ):
            for page in pages:
                session.expire_all()
                with statements() as seen:
                    assert client.get(page).status_code == 200, page
                assert len(seen) <= 12, (page, seen)
