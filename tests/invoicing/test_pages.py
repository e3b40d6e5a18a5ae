"""Pages of schedules, invoices, credit notes and exports: the whole way of a month, and who finds no page."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session, scoped_session
from werkzeug.test import TestResponse

from foundation.database import db
from foundation.sheet_reading import XLSX, read_sheet
from marketplace.roles import Role
from tests.conftest import ClientAs
from tests.makers.invoices import (
    a_billing,
    as_csv,
    billed_rows,
    confirmed,
    disputed,
    issued,
    last_month,
    the_schedule,
    total_of,
)
from tests.makers.standing import a_borough, a_person, a_provider, acting

Sessions = scoped_session[Session]
HOME = "/money/invoices"


def where(answer: TestResponse) -> str:
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


class TestTheMonth:
    def test_made_disputed_settled_exported(self, session: Sessions, client_as: ClientAs) -> None:
        billing = a_billing()
        borough = client_as(billing.finance)
        empty = borough.get(HOME).text
        assert "No schedules yet" in empty
        assert "Nothing here pays anybody" in empty
        made = borough.post(f"{HOME}/make", data={"month": f"{last_month():%Y-%m}"})
        assert "are made" in borough.get(where(made)).text
        acting(billing.finance)
        here = f"{HOME}/{the_schedule().reference}"

        provider = client_as(billing.biller)
        assert "Accommodation and care" in provider.get(here).text
        assert (
            provider.post(f"{here}/charges/1/dispute", data={"due": "£4,000", "reason": "A week."}).status_code == 303
        )
        assert "Confirm the rest and send the disputes" in provider.get(f"{here}/answer").text
        provider.post(f"{here}/answer")

        assert "wait for your answer" in borough.get(here).text.replace("waits", "wait")
        form = borough.get(f"{here}/charges/1/settle").text
        assert "£4,000.00" in form
        unanswered = borough.post(f"{here}/charges/1/settle", data={"decision": "stand", "reason": ""})
        assert (unanswered.status_code, "Say why the charge stands" in unanswered.text) == (422, True)
        borough.post(f"{here}/charges/1/settle", data={"decision": "accept", "reason": "Agreed."})
        assert "Settled" in borough.get(here).text
        assert "Agreed on dispute" in borough.get(f"{here}.csv").text

        assert "3" in borough.get(f"{HOME}/exports").text
        batch = where(borough.post(f"{HOME}/exports", data={"month": ""}))
        assert "By supplier" in borough.get(batch).text
        assert borough.get(f"{batch}.csv").text.count("\r\n") == 4
        workbook = borough.get(f"{batch}.xlsx")
        assert (workbook.mimetype, len(read_sheet("b.xlsx", workbook.data).rows)) == (XLSX, 4)

    def test_an_invoice_from_the_template_is_matched_and_checked(self, session: Sessions, client_as: ClientAs) -> None:
        billing = a_billing()
        schedule = issued(billing)
        here, rows = f"{HOME}/{schedule.reference}", billed_rows(schedule)
        provider, borough = client_as(billing.biller), client_as(billing.finance)
        assert "These columns and no others" in provider.get(f"{here}/send").text
        template = provider.get(f"{here}/template.xlsx").data
        sent = provider.post(f"{here}/send", data=typed(template, "i.xlsx", f"{total_of(rows)}"))
        page = where(sent)
        assert "2 of 2" in provider.get(page).text
        assert provider.get(f"{page}/file").status_code == 404
        assert client_as(billing.deal.head).get(f"{page}/file").data == template
        assert "Approve 2 rows" in borough.get(f"{page}/check").text
        assert "Approved" in borough.get(where(borough.post(f"{page}/check"))).text

    def test_a_refused_file_keeps_what_was_typed(self, session: Sessions, client_as: ClientAs) -> None:
        billing = a_billing()
        schedule = issued(billing)
        rows = billed_rows(schedule)
        rows[0][7] = "EUR"
        data, form = typed(as_csv(rows).content, "i.csv", "123.45"), f"{HOME}/{schedule.reference}/send"
        answer = client_as(billing.biller).post(form, data=data)
        assert answer.status_code == 422
        assert "Cell H2 says “EUR”" in answer.text
        assert 'value="123.45"' in answer.text
        assert 'value="77"' in answer.text

    def test_rows_that_do_not_agree_are_asked_about(self, session: Sessions, client_as: ClientAs) -> None:
        billing = a_billing()
        schedule = issued(billing)
        rows = billed_rows(schedule)
        rows[0][4] += 5
        rows[0][6] += 5
        here = f"{HOME}/{schedule.reference}/send"
        page = where(
            client_as(billing.biller).post(here, data=typed(as_csv(rows).content, "i.csv", str(total_of(rows))))
        )
        borough = client_as(billing.finance)
        assert "£5.00 over" in borough.get(f"{page}/check").text
        assert borough.post(f"{page}/check", data={"query_2": ""}).status_code == 422
        borough.post(f"{page}/check", data={"query_2": "Five pounds?"})
        assert "Five pounds?" in borough.get(page).text

    def test_a_credit_note(self, session: Sessions, client_as: ClientAs) -> None:
        billing = a_billing()
        form = f"{HOME}/{confirmed(billing).reference}/charges/1/credit"
        provider, borough = client_as(billing.biller), client_as(billing.finance)
        assert "At most £" in provider.get(form).text
        too_much = provider.post(form, data={"number": "CN-1", "amount": "99999999", "reason": "All."})
        assert (too_much.status_code, "Enter no more than that" in too_much.text) == (422, True)
        page = where(provider.post(form, data={"number": "CN-1", "amount": "10", "reason": "Short."}))
        assert "Accept the credit note" in borough.get(page).text
        assert "is accepted" in borough.get(where(borough.post(page))).text


class TestWhoFindsNoPage:
    def test_strangers_and_those_who_do_not_deal_with_money(self, session: Sessions, client_as: ClientAs) -> None:
        billing = a_billing()
        schedule = disputed(billing)
        here = f"{HOME}/{schedule.reference}"
        for stranger in (
            a_person(a_borough(billing.deal.hub, "London Borough of Elsewhere"), Role.FINANCE_OFFICER),
            a_person(a_provider("Beech Ltd"), Role.PROVIDER_FINANCE), a_person(billing.deal.hub, Role.HUB_MANAGER),
            a_person(billing.deal.borough, Role.PLACEMENT_OFFICER), a_person(billing.deal.provider, Role.PROVIDER_RESPONDER),
        ):  # fmt: skip
            client = client_as(stranger)
            for address in (here, f"{here}.csv", f"{HOME}/exports/EXP-7Q4K-2M"):
                assert client.get(address).status_code == 404, (stranger, address)

    def test_nobody_is_shown_the_way_to_a_page_that_is_not_theirs(self, session: Sessions, client_as: ClientAs) -> None:
        billing = a_billing()
        link = f'href="{HOME}"'
        for reader, page, shown in (
            (billing.finance, "/money", True), (billing.deal.officer, "/money", False), (billing.biller, "/work", True),
            (a_person(billing.deal.provider, Role.PROVIDER_RESPONDER), "/work", False),
        ):  # fmt: skip
            assert (link in client_as(reader).get(page).text) is shown, reader

    def test_readers_see_and_may_not(self, session: Sessions, client_as: ClientAs) -> None:
        billing = a_billing()
        schedule = disputed(billing)
        here = f"{HOME}/{schedule.reference}"
        reader = client_as(a_person(billing.deal.borough, Role.COMMISSIONER))
        assert reader.get(here).status_code == 200
        assert reader.get(f"{HOME}/exports").status_code == 200
        for address in (f"{here}/charges/1/settle", f"{here}/answer", f"{here}/send"):
            assert reader.get(address).status_code == 403
        assert reader.post(f"{HOME}/exports", data={"month": ""}).status_code == 403
        assert reader.post(f"{HOME}/make", data={"month": "2026-01"}).status_code == 403
        assert client_as(billing.biller).get(f"{HOME}/exports").status_code == 404

    @pytest.mark.parametrize(
        "path", ["?month=x&state=y&page=-3&q=%25", "/SCHXXX-2222-22", "/received/x", "/credit-notes/x"]
    )
    def test_nonsense_in_an_address(self, session: Sessions, client_as: ClientAs, path: str) -> None:
        billing = a_billing()
        assert client_as(billing.finance).get(f"{HOME}{path}").status_code == (200 if path.startswith("?") else 404)


def test_pages_take_few_statements(app: Flask, session: Sessions, client_as: ClientAs) -> None:
    billing = a_billing()
    here = f"{HOME}/{disputed(billing).reference}"
    client = client_as(billing.finance)
    for address in (HOME, here, f"{HOME}/exports"):
        with counted() as statements:
            assert client.get(address).status_code == 200
        assert len(statements) <= 14, statements


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent to the database, savepoints and the fence aside."""
    said: list[str] = []

    def hear(connection: Any, cursor: Any, statement: str, *others: Any) -> None:
        if "SAVEPOINT" not in statement and "set_config" not in statement:
            said.append(statement)

    event.listen(db.engine, "before_cursor_execute", hear)
    yield said
    event.remove(db.engine, "before_cursor_execute", hear)


def typed(content: bytes, name: str, total: str) -> dict[str, object]:
    """The form of an invoice, filled in."""
    return {"number": "77", "total": total, "file": (io.BytesIO(content), name)}
