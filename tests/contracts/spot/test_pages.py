"""The pages of spot purchases, as each role uses them."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session, scoped_session

from contracts.agreement import Agreement
from contracts.spot.purchase import SpotPurchase
from foundation import clock
from foundation.database import db
from marketplace.actor import Actor
from marketplace.organisation import Organisation
from marketplace.roles import Role
from tests.makers.referrals import CANARY
from tests.makers.spot import (
    EMERGENCY,
    PDF,
    a_need,
    approved,
    issued,
    proposed,
    purchase_as_read_by,
    started,
    unregistered,
)
from tests.makers.standing import a_borough, a_person, a_provider, acting, admit

ClientAs = Callable[[Actor], FlaskClient]
MoveClock = Callable[[datetime], None]


def text_of(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return answer.text


def boxes(on: date) -> list[str]:
    return [str(on.day), str(on.month), str(on.year)]


def typed(**facts: object) -> dict[str, object]:
    """A whole proposal as a browser sends it."""
    usual: dict[str, object] = {
        "reason": "no_framework_offer", "explanation": "Nobody has answered.", "starts_on": boxes(clock.today()),
        "review_on": boxes(clock.today() + timedelta(days=7)), "notice_days": "28", "fees-0-kind": "core",
        "fees-0-amount": "£5,200", "fees-0-unit": "week",
        "fees-1-kind": "core", "fees-2-kind": "core", "fees-2-unit": "week", "fees-1-unit": "week", "then": "send",
    }  # fmt: skip
    return usual | facts


def version_in(page: str) -> str:
    return page.split('name="version"')[1].split('value="')[1].split('"')[0]


class TestProposing:
    def test_from_the_referral_by_the_register_to_the_manager_s_work(
        self, session: scoped_session[Session], client_as: ClientAs
    ) -> None:
        need = a_need()
        officer, page = client_as(need.officer), f"/referrals/{need.referral.reference}"
        assert f"{page}/spot-purchase" in text_of(officer, page)
        found = text_of(officer, f"{page}/spot-purchase?q=tarn")
        assert "Tarn End" in found
        assert "Oakfield Care Ltd" in found, "the search stands beside it"
        place = f"{page}/spot-purchase/{need.outside.reference}"
        assert "Registered" in text_of(officer, place)
        shown = officer.post(place, data=typed(then="totals")).text
        assert "£5,200.00" in shown
        sent = officer.post(place, data=typed())
        assert sent.status_code == 303, sent.text
        assert "Not opened" in text_of(officer, sent.headers["Location"])
        manager = client_as(need.manager)
        assert "Decide on the purchase" in text_of(manager, "/work")
        form = text_of(manager, f"{sent.headers['Location']}/approve")
        done = manager.post(
            f"{sent.headers['Location']}/approve", data={"version": version_in(form), "note": "No other place."}
        )
        assert done.status_code == 303
        assert "Draw up the agreement" in text_of(officer, "/work")

    def test_what_was_typed_is_kept_and_every_mistake_is_said(
        self, session: scoped_session[Session], client_as: ClientAs
    ) -> None:
        need = a_need(rating="Inadequate")
        officer = client_as(need.officer)
        place = f"/referrals/{need.referral.reference}/spot-purchase/{need.outside.reference}"
        for wrong, sentence in (
            ({"reason": ""}, "Choose a reason"),
            ({"explanation": ""}, "Say why"),
            ({"fees-0-amount": "4,20"}, "is not clear"),
            ({"fees-0-amount": ""}, "at least one fee line"),
            ({"starts_on": ["31", "2", "2026"]}, "a day that exists"),
            ({"starts_on": boxes(clock.today() - timedelta(days=1))}, "in the past"),
            ({}, "Read the warnings"),
            ({"warned": "y", "explanation": f"{CANARY} wants it. Nobody has answered."}, "looks like"),
        ):
            answer = officer.post(place, data=typed(**wrong))
            assert answer.status_code == 422, answer.text
            assert sentence in answer.text
            if "explanation" not in wrong:
                assert "Nobody has answered." in answer.text
        assert session.scalars(select(SpotPurchase)).all() == []

    def test_one_more_line_keeps_what_was_typed(self, session: scoped_session[Session], client_as: ClientAs) -> None:
        need = a_need()
        place = f"/referrals/{need.referral.reference}/spot-purchase/{need.outside.reference}"
        shown = client_as(need.officer).post(place, data=typed(then="line")).text
        assert 'name="fees-3-amount"' in shown
        assert "£5,200" in shown

    def test_an_unregistered_place_stands_on_the_front_pages(
        self, session: scoped_session[Session], client_as: ClientAs, move_clock: MoveClock
    ) -> None:
        need = a_need()
        officer = client_as(need.officer)
        page = f"/referrals/{need.referral.reference}/spot-purchase/unregistered"
        assert "director" in text_of(officer, page)
        place = {
            "provider_name": "Quick Homes Ltd", "place_name": "The Annexe", "kind": "childrens_home", "postcode": "CR0 1EA",
            "places": "1", "warned": "y",
        }  # fmt: skip
        assert officer.post(page, data=typed(**place)).status_code == 422
        plan = {
            "unregistered_reason": "No room anywhere.", "leaving_plan": "It registers.",
            "leave_by": boxes(clock.today() + timedelta(days=28)),
        }  # fmt: skip
        sent = officer.post(page, data=typed(**place, **plan))
        assert sent.status_code == 303, sent.text
        here = sent.headers["Location"]
        assert "/approve" not in text_of(client_as(need.manager), here)
        director = client_as(need.director)
        form = text_of(director, f"{here}/approve")
        assert director.post(f"{here}/approve", data={"version": version_in(form), "note": ""}).status_code == 303
        analyst = a_person(need.hub, Role.HUB_ANALYST)
        auditor = a_person(need.borough, Role.AUDITOR)
        for actor in (need.officer, need.director, auditor, analyst):
            work = text_of(client_as(actor), "/work")
            assert "in an unregistered place, to leave by" in work
            assert actor is not analyst or CANARY not in work
            assert "Ofsted not told yet" in work
        move_clock(clock.now() + timedelta(days=8))
        assert "Weekly review overdue" in text_of(client_as(analyst), "/work")
        assert "is overdue" in text_of(client_as(need.officer), here)


class TestDecidingOnPages:
    def test_refused_reviewed_told_withdrawn(self, session: scoped_session[Session], client_as: ClientAs) -> None:
        need = a_need()
        here = f"/spot-purchases/{unregistered(need).reference}"
        director, officer = client_as(need.director), client_as(need.officer)
        assert director.post(f"{here}/refuse", data={"version": "1", "note": ""}).status_code == 422
        assert director.post(f"{here}/approve", data={"version": "77", "note": ""}).status_code == 409
        assert director.post(f"{here}/approve", data={"version": "1", "note": ""}).status_code == 303
        version = version_in(text_of(officer, f"{here}/ofsted"))
        told = officer.post(f"{here}/ofsted", data={"version": version, "ofsted_told_on": boxes(clock.today())})
        assert told.status_code == 303
        version = version_in(text_of(officer, f"{here}/review"))
        said = {"version": version, "finding": "The plan is late.", "next_on": boxes(clock.today() + timedelta(days=6))}
        assert officer.post(f"{here}/review", data=said).status_code == 303
        shown = text_of(officer, here)
        assert "The plan is late." in shown
        assert "Ofsted was told on" in shown
        text_of(officer, f"{here}/approve", 403)
        version = version_in(text_of(officer, f"{here}/withdraw"))
        gone = officer.post(f"{here}/withdraw", data={"version": version, "note": "A registered place."})
        assert gone.status_code == 303
        text_of(director, f"{here}/approve", 409)

    def test_an_emergency_is_reviewed_afterwards(self, session: scoped_session[Session], client_as: ClientAs) -> None:
        need = a_need(published=False)
        here = f"/spot-purchases/{approved(need, proposed(need, emergency=EMERGENCY, reason='emergency')).reference}"
        director = client_as(need.director)
        assert "Review the emergency" in text_of(director, "/work")
        text_of(client_as(need.manager), f"{here}/emergency-review", 403)
        version = version_in(text_of(director, f"{here}/emergency-review"))
        said = director.post(f"{here}/emergency-review", data={"version": version, "finding": "It was right."})
        assert said.status_code == 303
        assert "It was right." in text_of(director, here)
        assert "Review the emergency" not in text_of(director, "/work")

    def test_from_the_paper_to_the_framework(self, session: scoped_session[Session], client_as: ClientAs) -> None:
        need = a_need()
        purchase = approved(need, proposed(need))
        here = f"/spot-purchases/{purchase.reference}"
        officer = client_as(need.officer)
        version = version_in(text_of(officer, f"{here}/agreement"))
        drawn_up = officer.post(f"{here}/agreement", data={"version": version})
        assert drawn_up.status_code == 303
        assert "Spot purchase, outside the framework" in text_of(officer, drawn_up.headers["Location"])
        assert "The placement" not in text_of(officer, f"{drawn_up.headers['Location']}/spot-purchase", 303)

    def test_the_signed_paper_is_sent_and_read_by_those_who_know_the_child(
        self, session: scoped_session[Session], client_as: ClientAs
    ) -> None:
        need = a_need()
        agreement = issued(need, approved(need, proposed(need)))
        page = f"/placements/{agreement.reference}"
        officer = client_as(need.officer)
        assert "Record the signed paper" in text_of(officer, page)
        assert "Record the signed paper" in text_of(officer, "/work")
        version = version_in(text_of(officer, f"{page}/signed-paper"))
        facts = {"signer": "Ines Faraway", "position": "Manager", "signed_on": boxes(clock.today()), "version": version}
        assert officer.post(f"{page}/signed-paper", data=facts).status_code == 422
        sent = officer.post(f"{page}/signed-paper", data=facts | {"paper": (BytesIO(PDF), f"{CANARY}.pdf")})
        assert sent.status_code == 303, sent.text
        assert officer.get(f"{page}/signed-paper/file").data == PDF
        assert "recorded by Olu Officer" in text_of(officer, page)
        text_of(client_as(a_person(need.borough, Role.COMMISSIONER)), f"{page}/signed-paper/file", 404)
        assert "Quillonrose" in text_of(officer, f"{page}/identity")

    def test_converted_when_admitted(self, session: scoped_session[Session], client_as: ClientAs) -> None:
        need = a_need()
        purchase = proposed(need)
        started(need, purchase)
        manager = client_as(need.manager)
        assert "Convert to the framework" not in text_of(manager, "/work")
        admit(Organisation(id=need.outside.provider_id), need.lot, need.outside)
        assert "Convert to the framework" in text_of(manager, "/work")
        here = f"/spot-purchases/{purchase_as_read_by(need.manager, purchase).reference}"
        version = version_in(text_of(manager, f"{here}/convert"))
        assert manager.post(f"{here}/convert", data={"version": version, "on": boxes(clock.today())}).status_code == 303
        assert "Converted to the framework" in text_of(manager, here)
        acting(need.manager)
        assert session.scalars(select(Agreement.converted_on)).all() == [clock.today()]


class TestReading:
    def test_the_hub_reads_without_a_name_and_strangers_find_nothing(
        self, session: scoped_session[Session], client_as: ClientAs
    ) -> None:
        need = a_need()
        here = f"/spot-purchases/{proposed(need).reference}"
        analyst = client_as(a_person(need.hub, Role.HUB_ANALYST))
        assert CANARY not in text_of(analyst, here)
        assert "Testham" in text_of(analyst, "/spot-purchases")
        text_of(analyst, f"{here}/approve", 403)
        elsewhere = client_as(a_person(a_borough(need.hub, "London Borough of Elsewhere"), Role.PLACEMENT_MANAGER))
        head = client_as(a_person(a_provider("Beech Ltd"), Role.PROVIDER_MANAGER))
        for stranger in (elsewhere, head):
            text_of(stranger, here, 404)
            text_of(stranger, f"{here}/approve", 404)
        for path in (
            "/spot-purchases",
            "/spot-purchases/report",
            "/spot-purchases/list.csv",
            "/spot-purchases/report.csv",
        ):
            text_of(head, path, 404)
        assert "No spot purchases" in text_of(elsewhere, "/spot-purchases")
        assert "No placements cost anything" in text_of(elsewhere, "/spot-purchases/report")

    def test_the_list_as_a_spreadsheet_that_reckons_nothing(
        self, session: scoped_session[Session], client_as: ClientAs
    ) -> None:
        need = a_need(name="=SUM(A1)")
        proposed(need)
        sheet = text_of(client_as(need.manager), "/spot-purchases/list.csv")
        assert "'=SUM(A1)" in sheet
        assert "No offer through the framework" in sheet

    @pytest.mark.parametrize("path", ["", "/approve", "/withdraw"])
    def test_at_most_twelve_statements_a_page(
        self, session: scoped_session[Session], client_as: ClientAs, path: str
    ) -> None:
        need = a_need()
        page = f"/spot-purchases/{proposed(need).reference}{path}"
        client = client_as(need.manager)
        statements: list[str] = []

        def note(*args: object) -> None:
            statements.append(str(args[2]))

        engine = db.session.connection().engine
        event.listen(engine, "before_cursor_execute", note)
        text_of(client, page)
        event.remove(engine, "before_cursor_execute", note)
        assert 3 < len(statements) <= 12, statements
