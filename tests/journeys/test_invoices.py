"""A month is billed at the screen: made by hand, disputed, settled; the month after by an invoice that is matched; both exported."""

from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import create_engine, pool, text

from contracts.invoicing.months import month_before, said
from foundation.database import db
from foundation.sheet_reading import read_sheet
from foundation.spreadsheets import csv_text
from tests.journeys.harbour import Harbour
from tests.journeys.person import PersonAtTheScreen
from tests.journeys.test_residential import Seat
from tests.makers.invoices import Billing, a_billing, last_month, made

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSWORDS = """
    UPDATE people SET password_hash = (SELECT password_hash FROM people WHERE password_hash IS NOT NULL LIMIT 1)
    WHERE email LIKE '%@example.org'
"""
HOME = "/money/invoices"


@pytest.fixture(scope="module")
def billing(harbour: Harbour) -> Billing:
    """A placement of three months, the schedule of the month before last made, and everybody with the demo's password."""
    with harbour.app.app_context():
        billed = a_billing()
        made(billed, month_before(last_month()))
        db.session.commit()
        db.session.remove()
    with create_engine(harbour.addresses.maintenance, poolclass=pool.NullPool).begin() as connection:
        connection.execute(text(PASSWORDS))
    return billed


def test_two_months_are_billed(somebody: Seat, harbour: Harbour, billing: Billing, tmp_path: Path) -> None:
    officer = somebody(billing.finance.email).signs_in()
    biller = somebody(billing.biller.email).signs_in()
    with harbour.app.app_context():
        last = last_month()
    first = month_before(last)

    # The first month: one charge disputed, the other confirmed, the dispute accepted.
    biller.opens("/work").sees("Confirm or dispute the charges").opens(HOME)
    biller.page.locator("tbody th a").first.click()
    biller.sees(said(first), "Accommodation and care", "Speech therapy").does_not_see("Zephyrine")
    biller.follows("Dispute").fills("What is due, without VAT", "100").fills("Why", "A week only.")
    biller.presses("Mark the charge as disputed").sees("Take the dispute back", "£100.00 is due")
    biller.presses("Answer the schedule").presses("Confirm the rest and send the disputes").sees(
        "Your answer is with the borough"
    )
    officer.opens("/work").sees("Answer the disputes").opens(HOME)
    officer.page.locator("tbody th a").first.click()
    officer.follows("Answer").picks("Stand by the charge").presses("Keep my answer").sees("Say why the charge stands")
    officer.picks("Accept what the provider says is due").fills("Why", "Agreed by telephone.").presses("Keep my answer")
    officer.sees("Settled", "Agreed on dispute")

    # The second month: the provider's own invoice, first refused, then matched; one row is over and is queried.
    officer.opens(HOME).presses(f"Make the schedules of {said(last)}").sees("are made")
    biller.opens(HOME).page.locator("tbody th a").first.click()
    biller.presses("Send your own invoice")
    template = biller.downloads("Template (CSV)")
    send(biller, tmp_path, template, currency="EUR")
    biller.sees("says “EUR”", "Choose it again")
    assert biller.page.get_by_label("Your invoice’s number").input_value() == "2026/041"
    send(biller, tmp_path, template, over=Decimal("12.50"))
    biller.sees("1 of 2", "£12.50 over").does_not_see("Zephyrine")
    officer.opens("/work").follows("Approve or query the invoice").presses("Approve and query")
    officer.fills("Your question about row 2", "Why £12.50 more?").presses("Approve 1 row and query 1").sees(
        "Why £12.50 more?"
    )

    # What is settled goes to the finance system, once.
    officer.opens(f"{HOME}/exports").presses("Make a batch").sees(
        "By supplier", billing.deal.provider.name, "Nothing here pays anybody"
    )
    assert len(read_sheet("batch.xlsx", officer.downloads("Download (XLSX)")).rows) == 1 + 3 + 1
    officer.opens(f"{HOME}/exports").sees("Nothing waits", "Batch 1")
    on_a_phone = somebody(billing.biller.email, width=390).signs_in()
    for path in (HOME, biller.page.url):
        on_a_phone.opens(path)
        assert on_a_phone.page.evaluate("document.documentElement.scrollWidth") <= 390


def send(
    biller: PersonAtTheScreen, folder: Path, template: bytes, *, currency: str = "GBP", over: Decimal = Decimal(0)
) -> None:
    """Fill in the template, its first row so much over, and send it."""
    heads, *rows = [list(row.cells) for row in read_sheet("template.csv", template).rows]
    rows[0][4], rows[0][6], rows[0][7] = str(Decimal(rows[0][4]) + over), str(Decimal(rows[0][6]) + over), currency
    total = sum((Decimal(row[6]) for row in rows), Decimal(0))
    file = folder / "invoice.csv"
    file.write_bytes(csv_text(heads, rows).encode())
    biller.fills("Your invoice’s number", "2026/041").fills("Its total, with VAT", str(total))
    biller.attaches("The invoice as CSV or XLSX", str(file)).presses("Send the invoice")
