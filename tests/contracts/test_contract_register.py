"""The register of a borough's contracts, its figures, its filters and its spreadsheet."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session, scoped_session

from contracts.contract_register import Wanted, next_review, whole_register
from contracts.varying.giving_notice import earliest_end, give_notice
from foundation import clock
from foundation.database import db
from foundation.quarters import FinancialYear
from foundation.spreadsheets import csv_text, safe_cell
from marketplace.actor import Actor
from marketplace.roles import Role
from tests.makers.contracts import a_deal, a_draft, a_placement
from tests.makers.standing import a_borough, a_person, acting
from tests.makers.varying import a_running_deal

ClientAs = Callable[[Actor], FlaskClient]
ICA, IPA = "individual_child_agreement", "individual_placement_agreement"
A_DAY = Decimal(600)


class TestFigures:
    def test_value_this_year_and_to_the_end(self, session: scoped_session[Session]) -> None:
        _, agreement = a_running_deal()
        today, starts, ends = clock.today(), agreement.starts_on, agreement.expected_end_on
        year = FinancialYear.of(today)
        (row,) = whole_register(Wanted())
        assert ends is not None
        assert row.this_year == A_DAY * (min(ends, year.day_after) - max(starts, year.first_day)).days
        assert row.to_the_end == A_DAY * (ends - today).days
        assert (row.document, row.notice_ends_on) == ("Signed by both", None)

    def test_notice_shortens_it_and_an_open_one_has_no_worth_to_its_end(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_running_deal(weeks=None)
        assert whole_register(Wanted())[0].to_the_end is None
        give_notice(agreement, earliest_end(agreement), "She goes home.", by=deal.officer)
        (row,) = whole_register(Wanted())
        assert (row.to_the_end, row.notice_ends_on) == (A_DAY * 28, clock.today() + timedelta(28))

    @pytest.mark.parametrize(
        ("kind", "today", "due"),
        [
            (ICA, date(2026, 1, 31), date(2026, 1, 31)), (ICA, date(2026, 2, 1), date(2026, 4, 30)),
            (ICA, date(2026, 5, 1), date(2026, 10, 31)), (IPA, date(2026, 2, 1), date(2027, 1, 31)),
        ],
    )  # fmt: skip
    def test_the_next_review_follows_the_law(self, kind: str, today: date, due: date) -> None:
        assert next_review(kind, date(2026, 1, 31), today) == due

    def test_no_first_review_no_next_one(self) -> None:
        assert next_review(ICA, None, date(2026, 1, 1)) is None


class TestThePage:
    def test_shows_filters_and_downloads(self, session: scoped_session[Session], client_as: ClientAs) -> None:
        deal = a_deal()
        reference = a_draft(deal).reference
        client = client_as(a_person(deal.borough, Role.COMMISSIONER))
        shown = client.get("/contracts").text
        assert reference in shown
        assert "Zephyrine" not in shown
        assert reference in client.get("/contracts?document=unsigned&state=agreeing&q=Rowan").text
        assert "Nothing fits these filters" in client.get("/contracts?document=signed").text
        answer = client.get("/contracts/register.csv?q=Oakfield")
        assert answer.mimetype == "text/csv"
        heads, row = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
        assert dict(zip(heads, row, strict=True))["Document"] == "Draft"

    def test_a_stranger_sees_none_and_a_provider_has_no_register(
        self, session: scoped_session[Session], client_as: ClientAs
    ) -> None:
        deal = a_deal()
        a_placement(deal)
        stranger = a_person(a_borough(deal.hub, "London Borough of Elsewhere"), Role.COMMISSIONER)
        analyst = a_person(deal.hub, Role.HUB_ANALYST)
        acting(stranger)
        assert whole_register(Wanted()) == []
        assert "No contracts yet" in client_as(stranger).get("/contracts").text
        assert "for Testham" in client_as(analyst).get("/contracts").text
        for path in ("/contracts", "/contracts/register.csv"):
            assert client_as(deal.head).get(path).status_code == 404

    def test_in_at_most_twelve_statements(self, session: scoped_session[Session], client_as: ClientAs) -> None:
        deal = a_deal()
        a_placement(deal)
        client = client_as(deal.officer)
        statements: list[str] = []

        def note(*args: object) -> None:
            statements.append(str(args[2]))

        engine = db.session.connection().engine
        event.listen(engine, "before_cursor_execute", note)
        assert client.get("/contracts").status_code == 200
        event.remove(engine, "before_cursor_execute", note)
        assert 3 < len(statements) <= 12, statements


class TestCells:
    @pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
    def test_typed_text_is_no_formula(self, typed: str) -> None:
        assert safe_cell(typed) == f"'{typed}"

    def test_figures_and_days_stay(self) -> None:
        text = csv_text(["A", "B", "C"], [(Decimal("-3.50"), date(2026, 11, 22), None)])
        assert text == "\ufeffA,B,C\r\n-3.50,2026-11-22,\r\n"
