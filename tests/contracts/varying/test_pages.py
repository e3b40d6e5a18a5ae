"""The pages of variations and notice, as each side uses them."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session, scoped_session

from contracts.agreement import Agreement, AgreementFeeLine
from foundation import clock
from foundation.database import db
from marketplace.actor import Actor
from marketplace.roles import Role
from tests.makers.standing import a_borough, a_person, acting
from tests.makers.varying import a_running_deal, at_rate, proposed

ClientAs = Callable[[Actor], FlaskClient]


def text_of(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return answer.text


def boxes(on: date) -> list[str]:
    return [str(on.day), str(on.month), str(on.year)]


def typed(**facts: object) -> dict[str, object]:
    """A whole proposal as a browser sends it."""
    usual: dict[str, object] = {
        "effective_on": boxes(clock.today() - timedelta(28)), "reason": "Two-to-one care is needed.",
        "fees-0-fee": "core|Accommodation and care", "fees-0-amount": "£4,410", "new_unit": "week",
    }  # fmt: skip
    return usual | facts


def version_in(page: str) -> str:
    return page.split('name="version"')[1].split('value="')[1].split('"')[0]


class TestAVariation:
    def test_from_the_provider_s_proposal_to_the_arrears(
        self, session: scoped_session[Session], client_as: ClientAs
    ) -> None:
        deal, agreement = a_running_deal()
        page = f"/placements/{agreement.reference}/variations"
        head = client_as(deal.head)
        assert "No variations" in text_of(head, page)
        assert "£4,200.00" in text_of(head, f"{page}/new")
        sent = head.post(f"{page}/new", data=typed())
        assert sent.status_code == 303, sent.text
        assert "£840.00" in text_of(head, f"{page}/1")
        manager = client_as(deal.manager)
        assert f"{page}/1" in text_of(manager, "/work")
        form = text_of(manager, f"{page}/1/approve")
        assert manager.post(f"{page}/1/approve", data={"version": "99"}).status_code == 409
        assert manager.post(f"{page}/1/approve", data={"version": version_in(form)}).status_code == 303
        assert "Arrears made by the approval" in text_of(manager, f"{page}/1")
        assert "Approved" in text_of(manager, page)
        assert "£4,410.00" in text_of(client_as(deal.head), page.removesuffix("/variations"))

    def test_what_was_typed_is_kept_and_every_mistake_is_said(
        self, session: scoped_session[Session], client_as: ClientAs
    ) -> None:
        deal, agreement = a_running_deal()
        page = f"/placements/{agreement.reference}/variations/new"
        officer = client_as(deal.officer)
        for wrong, sentence in (
            ({"fees-0-amount": "4,20"}, "is not clear"),
            ({"fees-0-amount": "6000"}, "less than 0.9 or more than 1.1"),
            ({"fees-0-amount": "6000", "override": "y"}, "Say why it is right"),
            ({"fees-0-closes": "y"}, "not both"),
            ({"fees-0-amount": ""}, "Change at least one fee"),
            ({"new_kind": "therapy"}, "Say what the new fee pays for"),
            ({"new_amount": "20"}, "Choose the kind"),
            (
                {"new_kind": "therapy", "new_label": "Speech", "new_amount": "20", "new_ends_on": boxes(clock.today() - timedelta(28))},
                "cannot end before",
            ),
            ({"new_kind": "core", "new_label": "Accommodation and care", "new_amount": "20"}, "a fee of this kind and name"),
            ({"effective_on": boxes(clock.today() - timedelta(400))}, "The placement started on"),
        ):  # fmt: skip
            answer = officer.post(page, data=typed(**wrong))
            assert answer.status_code == 422, answer.text
            assert sentence in answer.text
            assert "Two-to-one care is needed." in answer.text

    def test_agreed_refused_withdrawn(self, session: scoped_session[Session], client_as: ClientAs) -> None:
        deal, agreement = a_running_deal()
        page = f"/placements/{agreement.reference}/variations"
        for _ in range(3):
            proposed(agreement, deal.officer)
        head, officer = client_as(deal.head), client_as(deal.officer)
        version = version_in(text_of(head, f"{page}/1/agree"))
        assert head.post(f"{page}/1/agree", data={"version": version}).status_code == 303
        version = version_in(text_of(head, f"{page}/2/refuse"))
        assert head.post(f"{page}/2/refuse", data={"version": version, "note": ""}).status_code == 422
        assert head.post(f"{page}/2/refuse", data={"version": version, "note": "Too little."}).status_code == 303
        version = version_in(text_of(officer, f"{page}/3/withdraw"))
        assert officer.post(f"{page}/3/withdraw", data={"version": version}).status_code == 303
        shown = text_of(officer, page)
        assert all(word in shown for word in ("Proposed", "Refused", "Withdrawn"))
        assert "Too little." in text_of(officer, f"{page}/2")
        text_of(head, f"{page}/2/refuse", 409)
        text_of(head, f"{page}/1/approve", 403)
        text_of(head, f"{page}/9", 404)

    def test_strangers_find_nothing_and_the_hub_reads(
        self, session: scoped_session[Session], client_as: ClientAs
    ) -> None:
        deal, agreement = a_running_deal()
        page = f"/placements/{agreement.reference}/variations"
        proposed(agreement, deal.head)
        stranger = a_person(a_borough(deal.hub, "London Borough of Elsewhere"), Role.PLACEMENT_MANAGER)
        analyst = a_person(deal.hub, Role.HUB_ANALYST)
        for path in (page, f"{page}/1", f"{page}/new", f"{page}/1/approve"):
            text_of(client_as(stranger), path, 404)
        assert "£4,410.00" in text_of(client_as(analyst), f"{page}/1")
        text_of(client_as(analyst), f"{page}/new", 403)


class TestNotice:
    def test_is_given_shown_and_taken_back(self, session: scoped_session[Session], client_as: ClientAs) -> None:
        deal, agreement = a_running_deal()
        page = f"/placements/{agreement.reference}"
        head = client_as(deal.head)
        assert "Give notice" in text_of(head, page)
        text_of(head, f"{page}/notice")
        ends = clock.today() + timedelta(28)
        short = head.post(f"{page}/notice", data={"ends_on": boxes(clock.today()), "reason": "The home closes."})
        assert short.status_code == 422
        assert "28 days of notice" in short.text
        assert (
            head.post(f"{page}/notice", data={"ends_on": boxes(ends), "reason": "The home closes."}).status_code == 303
        )
        shown = text_of(client_as(deal.officer), page)
        assert "Notice given by the provider" in shown
        assert "The home closes." in shown
        text_of(client_as(deal.officer), f"{page}/notice/withdraw", 403)
        text_of(head, f"{page}/notice", 409)
        text_of(head, f"{page}/notice/withdraw")
        assert head.post(f"{page}/notice/withdraw").status_code == 303
        acting(deal.officer)
        assert session.scalars(select(Agreement.state)).one() == "active"


@pytest.mark.parametrize("path", ["", "/1", "/new", "/1/approve"])
def test_at_most_twelve_statements_a_page(session: scoped_session[Session], client_as: ClientAs, path: str) -> None:
    deal, agreement = a_running_deal()
    page = f"/placements/{agreement.reference}/variations{path}"
    proposed(agreement, deal.head, at_rate("4300.00"))
    client = client_as(deal.manager)
    statements: list[str] = []

    def note(*args: object) -> None:
        statements.append(str(args[2]))

    engine = db.session.connection().engine
    event.listen(engine, "before_cursor_execute", note)
    text_of(client, page)
    event.remove(engine, "before_cursor_execute", note)
    assert 3 < len(statements) <= 12, statements
    assert session.scalars(select(AgreementFeeLine.ends_on)).all() == [None]
