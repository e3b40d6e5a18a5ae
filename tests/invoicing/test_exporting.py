"""Exports: approved charges and accepted credit notes, each in one batch, kept and downloadable again."""

import csv
import io
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session, scoped_session

from contracts.invoicing.crediting import accept_credit_note, issue_credit_note
from contracts.invoicing.export import ChargeExport
from contracts.invoicing.exporting import HEADS, export_charges, rows_of
from contracts.invoicing.queries import charge_at, kept_file, waiting_by_month
from contracts.invoicing.settling import accept_dispute
from foundation.permission import Invalid, NotPermitted
from marketplace.roles import Role
from tests.makers.contracts import CORE
from tests.makers.invoices import (
    Billing,
    a_billing,
    charges,
    confirmed,
    disputed,
    issued,
    last_month,
    read_by,
    the_schedule,
)
from tests.makers.standing import a_person, acting

Sessions = scoped_session[Session]


def exported(billing: Billing) -> ChargeExport:
    acting(billing.finance)
    return export_charges(billing.authority, None, by=billing.finance)


class TestItDoes:
    def test_a_batch_holds_what_is_approved_and_its_file_says_so(self, session: Sessions) -> None:
        billing = a_billing(fees=(CORE | {"vat_rate": Decimal(20)},))
        confirmed(billing)
        batch = exported(billing)
        schedule = the_schedule()
        assert (batch.number, batch.rows, batch.gross) == (1, 1, schedule.gross)
        [row] = list(csv.DictReader(io.StringIO(kept_file(batch.file_id).content.decode("utf-8-sig"))))
        assert tuple(row) == HEADS
        assert (row["Document"], row["Agreement"], row["Service"]) == (
            schedule.reference,
            billing.agreement,
            "Residential",
        )
        assert Decimal(row["Net"]) + Decimal(row["VAT"]) == Decimal(row["Gross"]) == schedule.gross
        assert Decimal(row["VAT recovered"]) == Decimal(row["VAT"])
        assert Decimal(row["Social care"]) == Decimal(row["Net"])
        assert "Zephyrine" not in str(row)

    def test_a_dispute_s_difference_and_a_credit_note_go_with_it(self, session: Sessions) -> None:
        billing = a_billing()
        schedule = disputed(billing, "4000.00")
        accept_dispute(schedule, charge_at(schedule, 1), "Agreed.", by=billing.finance)
        acting(billing.biller)
        schedule = the_schedule()
        note = issue_credit_note(schedule, charge_at(schedule, 2), "CN-1", Decimal(5), "Short.", by=billing.biller)
        note = read_by(billing.finance, note)
        accept_credit_note(note, the_schedule(), by=billing.finance)
        batch = exported(billing)
        assert {row.origin for row in rows_of(batch)} == {"month", "dispute", "credit"}
        therapy = next(row for row in charges(the_schedule()) if row.label == "Speech therapy")
        assert batch.net == Decimal("4000.00") + therapy.net - 5

    def test_each_once(self, session: Sessions) -> None:
        billing = a_billing()
        confirmed(billing)
        assert [(month, rows) for month, rows, _ in waiting_by_month(billing.deal.borough.id)] == [(last_month(), 2)]
        exported(billing)
        assert waiting_by_month(billing.deal.borough.id) == []
        with pytest.raises(Invalid, match="Nothing approved waits"):
            exported(billing)
        assert session.scalar(select(func.count(ChargeExport.id))) == 1

    def test_of_one_month_only(self, session: Sessions) -> None:
        billing = a_billing()
        confirmed(billing)
        with pytest.raises(Invalid, match="of January 2020"):
            export_charges(billing.authority, last_month().replace(year=2020, month=1), by=billing.finance)
        assert export_charges(billing.authority, last_month(), by=billing.finance).rows == 2

    def test_what_waits_for_an_answer_is_left_out(self, session: Sessions) -> None:
        billing = a_billing()
        issued(billing)
        with pytest.raises(Invalid):
            exported(billing)


class TestWhoMayNot:
    @pytest.mark.parametrize("role", [Role.COMMISSIONER, Role.PLACEMENT_MANAGER, Role.AUDITOR])
    def test_others_of_the_borough(self, session: Sessions, role: Role) -> None:
        billing = a_billing()
        confirmed(billing)
        reader = acting(a_person(billing.deal.borough, role))
        with pytest.raises(NotPermitted):
            export_charges(billing.authority, None, by=reader)

    def test_strangers_see_no_batch(self, session: Sessions) -> None:
        one, other = a_billing(), a_billing(name="Elsewhere")
        confirmed(one)
        batch = exported(one)
        for stranger in (one.biller, other.finance, a_person(one.deal.hub, Role.HUB_MANAGER)):
            acting(stranger)
            assert session.scalars(select(ChargeExport)).all() == []
        assert batch is not None


def test_an_exported_charge_stays_in_its_batch(session: Sessions) -> None:
    billing = a_billing()
    confirmed(billing)
    exported(billing)
    with pytest.raises(ProgrammingError, match="exported once"):
        session.execute(text("UPDATE scheduled_charges SET export_id = NULL"))
