"""A provider's invoice: read whole or not at all, matched, checked by the borough; and credit notes."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session, scoped_session

from contracts.invoicing.checking import check_invoice
from contracts.invoicing.credit_note import CreditNote, CreditNoteState
from contracts.invoicing.crediting import _payers, accept_credit_note, issue_credit_note
from contracts.invoicing.invoice import InvoiceRow, InvoiceState, ProviderInvoice
from contracts.invoicing.queries import charge_at
from contracts.invoicing.schedule import ChargeState, ScheduledCharge, ScheduleState
from contracts.invoicing.sending import send_invoice
from contracts.invoicing.settling import accept_dispute
from foundation.audit import AuditEvent
from foundation.files import StoredFile
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted
from foundation.references import new_reference
from marketplace.acts import Act
from marketplace.roles import Role
from marketplace.uploads import Upload
from tests.makers.contracts import CORE
from tests.makers.invoices import (
    HEADS,
    Billing,
    a_billing,
    as_csv,
    as_xlsx,
    billed_rows,
    charges,
    confirmed,
    disputed,
    issued,
    read_by,
    sent,
    the_schedule,
    total_of,
)  # fmt: skip
from tests.makers.standing import a_person, acting

Sessions = scoped_session[Session]
Row = list[Any]


def waiting(billing: Billing) -> ProviderInvoice:
    """An invoice of which one row agrees, one is over and one is unknown; the borough's finance officer acts."""
    rows = billed_rows(issued(billing))
    rows[1][4] += 10
    rows[1][6] += 10
    rows.append([new_reference("MER"), *rows[0][1:]])
    return read_by(billing.finance, sent(billing, rows))


class TestItDoes:
    @pytest.mark.parametrize("upload", [as_csv, as_xlsx])
    def test_an_invoice_that_agrees_is_approved_and_confirms_the_schedule(
        self, session: Sessions, upload: Callable[[list[Row]], Upload]
    ) -> None:
        billing = a_billing()
        rows = billed_rows(issued(billing))
        invoice = send_invoice(the_schedule(), upload(rows), " ab-12 ", total_of(rows), by=billing.biller)
        assert (invoice.number, invoice.gross) == ("AB-12", total_of(rows))
        invoice = check_invoice(read_by(billing.finance, invoice), {}, by=billing.finance)
        assert invoice.state is InvoiceState.APPROVED
        assert the_schedule().state is ScheduleState.CONFIRMED
        confirmed_by = select(AuditEvent.person_name).where(AuditEvent.act == Act.CONFIRM_SCHEDULE)
        assert session.scalars(confirmed_by).all() == [billing.finance.name]
        assert {row.state for row in charges(the_schedule())} == {ChargeState.CONFIRMED}

    def test_what_agrees_is_approved_and_the_rest_queried(self, session: Sessions) -> None:
        billing = a_billing()
        invoice = waiting(billing)
        check_invoice(invoice, {3: "Why ten pounds more?", 4: "Whose is this?"}, by=billing.finance)
        found = session.execute(
            select(InvoiceRow.finding, InvoiceRow.state, InvoiceRow.query).order_by(InvoiceRow.number)
        ).all()
        assert [tuple(map(str, row)) for row in found] == [
            ("agreed", "approved", "None"), ("over", "queried", "Why ten pounds more?"),
            ("unknown_child", "queried", "Whose is this?"),
        ]  # fmt: skip
        assert [row.state for row in charges(the_schedule())] == [ChargeState.CONFIRMED, ChargeState.ISSUED]
        assert the_schedule().state is ScheduleState.ISSUED

    def test_a_charge_that_is_billed_is_a_duplicate_on_the_next_invoice(self, session: Sessions) -> None:
        billing = a_billing()
        rows = billed_rows(issued(billing))
        sent(billing, rows[:1], number="1")
        second = sent(billing, rows, number="2")
        findings = session.scalars(select(InvoiceRow.finding).where(InvoiceRow.invoice_id == second.id)).all()
        assert findings == ["duplicate", "agreed"]

    def test_the_file_is_kept_for_those_alone_who_may_know_a_child(self, session: Sessions) -> None:
        billing = a_billing()
        rows = billed_rows(issued(billing))
        file_id = sent(billing, rows).file_id
        for actor, sees in (
            (billing.biller, False), (billing.finance, False), (billing.deal.head, True), (billing.deal.manager, True),
        ):  # fmt: skip
            acting(actor)
            assert bool(session.scalar(select(StoredFile.id).where(StoredFile.id == file_id))) is sees

    def test_a_fee_of_another_name_is_not_kept(self, session: Sessions) -> None:
        billing = a_billing()
        rows = billed_rows(issued(billing))
        rows[0][1] = "Zephyrine’s extra room"
        sent(billing, rows)
        kept = session.scalars(select(InvoiceRow).order_by(InvoiceRow.number)).first()
        assert kept is not None
        assert (kept.finding, kept.label) == ("unknown_fee", "")
        assert "Zephyrine" not in kept.said


class TestRefused:
    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (lambda rows: rows[0].__setitem__(7, "EUR"), "Cell H2 says “EUR”"),
            (lambda rows: rows[0].__setitem__(4, "=1+1"), "Cell E2 holds a formula"),
            (lambda rows: rows[1].__setitem__(6, Decimal("1.00")), "but Gross says £1.00"),
            (lambda rows: rows[0].__setitem__(0, "Zephyrine Q"), "Cell A2 is not a reference"),
            (lambda rows: rows[0].__setitem__(2, "31/02/2026"), "Cell C2 is not a day"),
            (lambda rows: rows[0].__setitem__(3, rows[0][2] - timedelta(1)), "Row 2 ends before it begins"),
            (lambda rows: rows[0].__setitem__(4, "12.345"), "Cell E2 is not an amount"),
            (lambda rows: rows[0].__setitem__(4, "€12"), "Cell E2 is not an amount"),
            (lambda rows: rows[0].append("a stray word"), "stands outside the template"),
            (lambda rows: rows.append(["Total", "", "", "", "", "", Decimal("5.00"), ""]), "Row 4 says that the total is £5.00"),
        ],
    )  # fmt: skip
    def test_a_file_with_a_bad_cell_is_refused_by_its_name(
        self, session: Sessions, change: Callable[[list[Row]], object], said: str
    ) -> None:
        billing = a_billing()
        rows = billed_rows(issued(billing))
        total = total_of(rows)
        change(rows)
        upload = as_csv(rows)
        content = upload.content.replace(b"'=1", b"=1")  # our own writer is careful; a spreadsheet is not
        with pytest.raises(Invalid, match=said) as refused:
            send_invoice(the_schedule(), Upload("i.csv", content), "1", total, by=billing.biller)
        assert refused.value.field == "file"
        assert session.scalar(select(func.count(ProviderInvoice.id))) == 0
        assert session.scalar(select(func.count(StoredFile.id)).where(StoredFile.name.like("INV%"))) == 0

    @pytest.mark.parametrize(
        ("heads", "said"),
        [
            ((*HEADS, "Child"), "Column I1 is called “Child”"),
            (("Agreement", "Fee", "From", "To", "Net", "VAT", "Gross", "Gross"), "stands in the file twice"),
            (("Agreement", "Fee", "From", "To", "Net", "VAT", "Gross"), "Missing: Currency"),
        ],
    )
    def test_columns_that_are_not_the_template_s(self, session: Sessions, heads: tuple[str, ...], said: str) -> None:
        billing = a_billing()
        rows = billed_rows(issued(billing))
        with pytest.raises(Invalid, match=said):
            send_invoice(the_schedule(), as_csv(rows, heads), "1", total_of(rows), by=billing.biller)

    def test_a_total_that_does_not_add_up_is_told_with_both_sums(self, session: Sessions) -> None:
        billing = a_billing()
        rows = billed_rows(issued(billing))
        with pytest.raises(Invalid, match=r"add up to £.* and you typed £1.00: a difference") as refused:
            send_invoice(the_schedule(), as_csv(rows), "1", Decimal("1.00"), by=billing.biller)
        assert refused.value.field == "total"

    @pytest.mark.parametrize("number", ["", "no digit", "Zephyrine", "1" * 31, "1;DROP"])
    def test_a_number_that_is_none(self, session: Sessions, number: str) -> None:
        billing = a_billing()
        rows = billed_rows(issued(billing))
        with pytest.raises(Invalid) as refused:
            sent(billing, rows, number=number)
        assert refused.value.field == "number"

    def test_the_same_number_twice(self, session: Sessions) -> None:
        billing = a_billing()
        rows = billed_rows(issued(billing))
        sent(billing, rows[:1])
        with pytest.raises(Invalid, match="already"):
            sent(billing, rows[1:])

    def test_while_charges_are_disputed_or_after_the_answer(self, session: Sessions) -> None:
        billing = a_billing()
        rows = billed_rows(disputed(billing))
        acting(billing.biller)
        with pytest.raises(NotNow):
            sent(billing, rows)

    def test_the_borough_asks_about_every_row_that_does_not_agree(self, session: Sessions) -> None:
        billing = a_billing()
        with pytest.raises(Invalid, match="row 4"):
            check_invoice(waiting(billing), {3: "Why?"}, by=billing.finance)

    def test_an_invoice_is_checked_once_and_by_finance(self, session: Sessions) -> None:
        billing = a_billing()
        invoice = waiting(billing)
        reader = a_person(billing.deal.borough, Role.PLACEMENT_MANAGER)
        invoice = read_by(reader, invoice)
        with pytest.raises(NotPermitted):
            check_invoice(invoice, {3: "a", 4: "b"}, by=reader)
        invoice = read_by(billing.finance, invoice)
        check_invoice(invoice, {3: "a", 4: "b"}, by=billing.finance)
        with pytest.raises(NotNow):
            check_invoice(invoice, {3: "a", 4: "b"}, by=billing.finance)


class TestCreditNotes:
    def test_some_then_the_rest_with_its_vat_to_the_penny(self, session: Sessions) -> None:
        billing = a_billing(fees=(CORE | {"vat_rate": Decimal(20)},))
        confirmed(billing)
        acting(billing.biller)
        schedule = the_schedule()
        charge = charge_at(schedule, 1)
        first = issue_credit_note(
            schedule, charge_at(schedule, 1), "CN-1", Decimal("33.33"), "One night.", by=billing.biller
        )
        rest = issue_credit_note(
            schedule, charge_at(schedule, 1), "CN-2", charge.net - first.net, "The rest.", by=billing.biller
        )
        assert (first.net, first.vat) == (Decimal("33.33"), Decimal("6.67"))
        assert (first.net + rest.net, first.vat + rest.vat) == (charge.net, charge.vat)
        with pytest.raises(Invalid, match=r"£0.00 is left"):
            issue_credit_note(schedule, charge_at(schedule, 1), "CN-3", Decimal("0.01"), "More.", by=billing.biller)

    def test_the_borough_accepts_it_once(self, session: Sessions) -> None:
        billing = a_billing()
        note = credited(billing)
        assert accept_credit_note(note, the_schedule(), by=billing.finance).state is CreditNoteState.ACCEPTED
        with pytest.raises(NotNow):
            accept_credit_note(note, the_schedule(), by=billing.finance)
        acting(billing.biller)
        assert session.query(Letter).filter_by(act="accept_credit_note").count() == 1

    def test_only_against_what_is_settled(self, session: Sessions) -> None:
        billing = a_billing()
        schedule = issued(billing)
        with pytest.raises(NotNow):
            issue_credit_note(schedule, charge_at(schedule, 1), "CN-1", Decimal(1), "No.", by=billing.biller)

    @pytest.mark.parametrize(
        ("amount", "reason", "field"), [("0", "x", "amount"), ("-1", "x", "amount"), ("1", " ", "reason")]
    )
    def test_what_is_no_credit(self, session: Sessions, amount: str, reason: str, field: str) -> None:
        billing = a_billing()
        confirmed(billing)
        acting(billing.biller)
        schedule = the_schedule()
        with pytest.raises(Invalid) as refused:
            issue_credit_note(schedule, charge_at(schedule, 1), "CN-1", Decimal(amount), reason, by=billing.biller)
        assert refused.value.field == field

    def test_the_database_lets_a_provider_bill_its_own_charges_and_approve_none(self, session: Sessions) -> None:
        billing = a_billing()
        rows = billed_rows(issued(billing))
        send_invoice(the_schedule(), as_csv(rows), "AB-12", total_of(rows), by=billing.biller)
        row = session.query(InvoiceRow).first()
        facts = {column.key: getattr(row, column.key) for column in InvoiceRow.__table__.columns}
        for forged in ({"charge_id": uuid4()}, {"state": "approved"}):
            with pytest.raises(ProgrammingError, match="row-level security"), session.begin_nested():
                session.execute(insert(InvoiceRow), [facts | {"id": uuid4(), "number": 99} | forged])

    def test_what_a_dispute_took_off_is_not_credited_again(self, session: Sessions) -> None:
        billing = a_billing()
        accept_dispute(schedule := disputed(billing, "4000.00"), charge_at(schedule, 1), "Agreed.", by=billing.finance)
        acting(billing.biller)
        charge = charge_at(schedule := the_schedule(), 1)
        with pytest.raises(Invalid, match=r"£4,000.00 is left"):
            issue_credit_note(schedule, charge, "CN-1", Decimal("4000.01"), "All of it.", by=billing.biller)
        note = issue_credit_note(schedule, charge, "CN-1", Decimal(4000), "All of it.", by=billing.biller)
        facts = {column.key: getattr(note, column.key) for column in CreditNote.__table__.columns}
        with pytest.raises(IntegrityError, match="no more than was charged"):
            session.execute(
                insert(CreditNote), [facts | {"id": uuid4(), "reference": "X", "number": "9", "net": Decimal("0.01")}]
            )

    def test_a_change_of_payers_is_credited_to_those_who_bear_it(self) -> None:
        charge = ScheduledCharge(social_care=Decimal(-40), education=Decimal(50), health=Decimal(0))
        assert _payers(charge) == [0, 50, 0]

    def test_the_database_lets_no_more_be_credited_and_no_note_be_edited(self, session: Sessions) -> None:
        billing = a_billing()
        note = credited(billing)
        with pytest.raises(ProgrammingError, match="fact of its day"), session.begin_nested():
            session.execute(text("UPDATE credit_notes SET net = 1"))
        acting(billing.biller)
        note = session.query(CreditNote).one()
        whole = charge_at(the_schedule(), 1).net
        facts = {column.key: getattr(note, column.key) for column in CreditNote.__table__.columns}
        with pytest.raises(IntegrityError, match="no more than was charged"):
            session.execute(
                insert(CreditNote), [facts | {"id": uuid4(), "reference": "X", "number": "9", "net": whole}]
            )


def credited(billing: Billing) -> CreditNote:
    """A credit note of £100.00 that waits for the borough, whose finance officer acts."""
    confirmed(billing)
    acting(billing.biller)
    schedule = the_schedule()
    note = issue_credit_note(
        schedule, charge_at(schedule, 1), "CN-1", Decimal(100), "Two meals short.", by=billing.biller
    )
    return read_by(billing.finance, note)
