"""The pages of agreements and placements, as each side sees them."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session, scoped_session

from contracts.agreement import Agreement
from foundation.audit import AuditEvent
from foundation.database import db
from foundation.tenancy import SYSTEM_FENCE
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.passwords import hash_password
from marketplace.person import Person
from marketplace.roles import Role
from tests.makers.contracts import Deal, a_deal, a_draft, a_placement, issued, signed, signed_by_provider
from tests.makers.standing import a_borough, a_person, a_provider, acting, behind

ClientAs = Callable[[Actor], FlaskClient]
PASSWORD = "three words in a row"
NAME = "Quillfeather"


def give_password(actor: Actor) -> None:
    with behind(SYSTEM_FENCE):
        session_person = db.session.get_one(Person, actor.person_id)
        session_person.password_hash = hash_password(PASSWORD)


def text_of(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return answer.text


class TestTheWholeJourney:
    def test_from_the_award_to_the_end(self, session: scoped_session[Session], client_as: ClientAs) -> None:
        deal = a_deal()
        for actor in (deal.head, deal.manager):
            give_password(actor)
        officer = client_as(deal.officer)
        assert "Draw up" in text_of(officer, "/placements")
        drawn_up = officer.post(f"/placements/new/{deal.referral_reference}")
        assert drawn_up.status_code == 303
        page = drawn_up.location
        assert "Zephyrine Q." in text_of(officer, page)
        assert officer.get(f"{page}/draft.pdf").data.startswith(b"%PDF")
        text_of(officer, f"{page}/issue")
        assert officer.post(f"{page}/issue").status_code == 303
        version = self._sign(client_as(deal.head), page, "Bea Head")
        self._sign(client_as(deal.manager), page, "Mary Manager")
        assert version
        officer = client_as(deal.officer)
        started = officer.post(f"{page}/start", data=_day("started_on", deal))
        assert started.status_code == 303, started.text
        assert "Placed" in text_of(officer, page)
        text_of(officer, f"{page}/end")
        assert page.rsplit("/", 1)[-1] in text_of(officer, "/work")

    @staticmethod
    def _sign(client: FlaskClient, page: str, name: str) -> str:
        form = text_of(client, f"{page}/sign")
        version = form.split('name="version"')[1].split('value="')[1].split('"')[0]
        typed = {"read": "y", "typed_name": name, "version": version}
        wrong = client.post(f"{page}/sign", data=typed | {"password": "not the password"})
        assert wrong.status_code == 422
        assert "That is not your password" in wrong.text
        assert client.post(f"{page}/sign", data=typed | {"password": PASSWORD}).status_code == 303
        return version


def _day(name: str, deal: Deal) -> dict[str, list[str]]:
    agreement = db.session.scalars(select(Agreement)).one()
    on = agreement.starts_on
    return {name: [str(on.day), str(on.month), str(on.year)]}


class TestWhoSeesWhat:
    def test_the_provider_sees_reference_age_and_sex_and_no_name(
        self, session: scoped_session[Session], client_as: ClientAs
    ) -> None:
        deal = a_deal()
        reference = issued(deal).reference
        for page in ("/placements", f"/placements/{reference}", f"/placements/{reference}/sign", "/work"):
            shown = text_of(client_as(deal.head), page)
            assert NAME not in shown
            assert "Zephyrine" not in shown

    def test_a_draft_is_the_borough_s_own(self, session: scoped_session[Session], client_as: ClientAs) -> None:
        deal = a_deal()
        reference = a_draft(deal).reference
        text_of(client_as(deal.officer), f"/placements/{reference}")
        text_of(client_as(deal.head), f"/placements/{reference}", 404)

    def test_the_hub_sees_money_and_no_name_and_no_paper(
        self, session: scoped_session[Session], client_as: ClientAs
    ) -> None:
        deal = a_deal()
        analyst = a_person(deal.hub, Role.HUB_ANALYST)
        reference = a_placement(deal).reference
        hub = client_as(analyst)
        for page in ("/placements", f"/placements/{reference}"):
            shown = text_of(hub, page)
            assert "£4,200.00" in shown
            assert NAME not in shown
            assert "Zephyrine" not in shown
        text_of(hub, f"/placements/{reference}/document.pdf", 404)
        text_of(hub, f"/placements/{reference}/identity", 404)

    def test_strangers_find_nothing(self, session: scoped_session[Session], client_as: ClientAs) -> None:
        deal = a_deal()
        strangers = (
            a_person(a_borough(deal.hub, "London Borough of Elsewhere"), Role.PLACEMENT_MANAGER),
            a_person(a_provider("Beech Ltd"), Role.PROVIDER_MANAGER),
        )
        reference = signed(deal).reference
        for stranger in strangers:
            for part in ("", "/identity", "/document.pdf", "/sign", "/start", "/change"):
                text_of(client_as(stranger), f"/placements/{reference}{part}", 404)
            assert reference not in text_of(client_as(stranger), "/placements")

    @pytest.mark.parametrize("role", [Role.COMMISSIONER, Role.FINANCE_OFFICER, Role.AUDITOR])
    def test_roles_that_do_not_place_children_read_no_name(
        self, session: scoped_session[Session], client_as: ClientAs, role: Role
    ) -> None:
        deal = a_deal()
        person = a_person(deal.borough, role)
        reference = signed(deal).reference
        client = client_as(person)
        assert "Zephyrine" not in text_of(client, f"/placements/{reference}") + text_of(client, "/placements")
        text_of(client, f"/placements/{reference}/identity", 404)
        text_of(client, f"/placements/{reference}/document.pdf", 404)
        text_of(client, f"/placements/{reference}/start", 403)


class TestTheIdentity:
    def test_opens_to_both_sides_from_the_award_on_and_is_audited(
        self, session: scoped_session[Session], client_as: ClientAs
    ) -> None:
        deal = a_deal()
        for actor in (deal.head, deal.officer):
            assert NAME in text_of(client_as(actor), f"/placements/{deal.referral_reference}/identity")
        acting(deal.officer)
        openings = session.scalars(select(AuditEvent).where(AuditEvent.act == Act.OPEN_IDENTITY)).all()
        assert {(event.person_name, event.about_id) for event in openings} == {
            (deal.head.name, deal.borough.id), (deal.officer.name, None)
        }  # fmt: skip
        assert NAME not in str([(event.before, event.after, event.subject_reference) for event in openings])

    def test_the_title_names_nobody(self, session: scoped_session[Session], client_as: ClientAs) -> None:
        deal = a_deal()
        reference = signed_by_provider(deal).reference
        shown = text_of(client_as(deal.head), f"/placements/{reference}/identity")
        title = shown.split("<title>")[1].split("</title>")[0]
        assert title == f"Identity of the child in {reference} – Harbour"


class TestThePaper:
    def test_is_served_as_it_was_stored(self, session: scoped_session[Session], client_as: ClientAs) -> None:
        deal = a_deal()
        reference = signed(deal).reference
        answers = [client_as(actor).get(f"/placements/{reference}/document.pdf") for actor in (deal.head, deal.officer)]
        assert answers[0].data == answers[1].data
        headers = answers[0].headers
        assert headers["Content-Disposition"] == f"attachment; filename={reference}-signed.pdf"
        assert headers["Cache-Control"] == "no-store"
        again = client_as(deal.head).get(
            f"/placements/{reference}/document.pdf", headers={"If-None-Match": headers["ETag"]}
        )
        assert again.status_code == 304


class TestBadInput:
    def test_a_stale_draft_is_a_409_and_an_empty_one_says_what_is_missing(
        self, session: scoped_session[Session], client_as: ClientAs
    ) -> None:
        deal = a_deal()
        agreement = a_draft(deal)
        page = f"/placements/{agreement.reference}/change"
        typed = {"starts_on": ["1", "12", "2026"], "review_on": ["30", "11", "2026"], "version": "1"}
        client = client_as(deal.officer)
        refused = client.post(page, data=typed)
        assert refused.status_code == 422
        assert "The first review must come after the start." in refused.text
        refused = client.post(page, data=typed | {"review_on": ["5", "1", "2027"]})
        assert "Give at least one outcome" in refused.text
        whole = typed | {
            "review_on": ["5", "1", "2027"],
            "outcomes-0-outcome": "Is heard",
            "outcomes-0-measure": "Own rating",
        }
        assert client.post(page, data=whole | {"version": "99"}).status_code == 409
        assert client.post(page, data=whole).status_code == 303
        acting(deal.officer)
        changed = session.scalars(select(Agreement)).one()
        assert changed.starts_on.isoformat() == "2026-12-01"

    def test_what_is_past_is_a_409(self, session: scoped_session[Session], client_as: ClientAs) -> None:
        deal = a_deal()
        reference = signed_by_provider(deal).reference
        text_of(client_as(deal.head), f"/placements/{reference}/sign", 409)
        text_of(client_as(deal.officer), f"/placements/{reference}/change", 409)
        text_of(client_as(deal.officer), "/placements/nothing-1234-56", 404)


@pytest.mark.parametrize("path", ["/placements", "/placements/{}"])
@pytest.mark.parametrize("side", ["officer", "head"])
def test_at_most_twelve_statements_a_page(
    session: scoped_session[Session], client_as: ClientAs, path: str, side: str
) -> None:
    deal = a_deal()
    reference = a_placement(deal).reference
    client = client_as(getattr(deal, side))
    statements: list[str] = []

    def note(*args: object) -> None:
        statements.append(str(args[2]))

    engine = db.session.connection().engine
    event.listen(engine, "before_cursor_execute", note)
    text_of(client, path.format(reference))
    event.remove(engine, "before_cursor_execute", note)
    assert 3 < len(statements) <= 12, statements
