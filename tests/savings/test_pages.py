"""The pages of the savings ledger, as each side opens them."""

import io

from sqlalchemy import event, select
from sqlalchemy.orm import Session, scoped_session

from contracts.savings.saving import Saving, SavingState
from foundation.database import db
from marketplace.roles import Role
from tests.conftest import ClientAs
from tests.makers.savings import PLAN, a_saving, a_treasury, agreed_at_less, an_approved_saving
from tests.makers.standing import a_person, a_provider, acting
from tests.makers.uplift import a_negotiation

HOME = "/money/savings"
TYPED = {
    "title": "Shared transport", "project": "LAC", "benefit": "cashable", "recurs": "yes", "rating": "amber", "layer": "undertaking",
    "agreement": "", "in_2026": "1,200", "in_2027": "2400.50", "evidence": "The old and the new contract.",
}  # fmt: skip


def test_a_commissioner_enters_and_a_finance_officer_approves(
    session: scoped_session[Session], client_as: ClientAs
) -> None:
    of = a_treasury()
    enterer, approver = client_as(of.commissioner), client_as(of.officer)
    assert "No savings yet" in enterer.get(HOME).text
    typed = TYPED | {"borough": of.borough.reference}
    wrong = enterer.post(f"{HOME}/new", data=typed | {"in_2026": "12.345", "title": ""})
    assert (wrong.status_code, "more than two decimals" in wrong.text, "Say what was saved" in wrong.text) == (
        422,
        True,
        True,
    )
    assert "2400.50" in wrong.text
    nothing = enterer.post(f"{HOME}/new", data=typed | {"in_2026": "", "in_2027": ""})
    assert "at least one financial year" in nothing.text
    entered = enterer.post(f"{HOME}/new", data=typed)
    assert entered.status_code == 303, entered.text
    page = enterer.get(entered.location).text
    for words in ("£3,600.50", "Waits for approval", "Not yet", "Amber", "Some risk of non-achievement"):
        assert words in page
    assert "Approve what is ticked" not in enterer.get(f"{HOME}/to-approve").text
    reference = entered.location.rsplit("/", 1)[-1]
    assert "1 saving" in approver.get("/work").text
    none = approver.post(f"{HOME}/to-approve", data={})
    assert (none.status_code, "Choose at least one entry" in none.text) == (422, True)
    assert approver.post(f"{HOME}/to-approve", data={"chosen": reference, "note": "Seen."}).status_code == 303
    assert approver.post(f"{HOME}/to-approve", data={"chosen": reference}).status_code == 409
    ledger = approver.get(HOME).text
    assert "£1,200.00" in ledger
    assert "Approved savings by financial year" in ledger
    sheet = approver.get(f"{HOME}/ledger.csv")
    assert "2400.50" in sheet.text
    assert "Seen." in approver.get(entered.location).text


def test_rating_refusing_and_reversing_from_the_pages(session: scoped_session[Session], client_as: ClientAs) -> None:
    of = a_treasury()
    first, second = an_approved_saving(of).reference, a_saving(of, "Shared escorts").reference
    client = client_as(of.officer)
    rating = {"rating": "red", "reason": "The supplier withdrew.", "version": "2"}
    assert "Enter" not in client.get(f"{HOME}/{first}/rate").text
    assert client.post(f"{HOME}/{first}/rate", data=rating | {"reason": ""}).status_code == 422
    assert client.post(f"{HOME}/{first}/rate", data=rating | {"version": "1"}).status_code == 409
    assert client.post(f"{HOME}/{first}/rate", data=rating).status_code == 303
    assert "Rated Red, before Green delivered" in client.get(f"{HOME}/{first}").text
    assert client.post(f"{HOME}/{first}/reverse", data={"reason": "Never paid."}).status_code == 303
    page = client.get(f"{HOME}/{first}").text
    assert "Together they come to nought" in page
    assert client.post(f"{HOME}/{second}/refuse", data={"reason": ""}).status_code == 422
    assert client.post(f"{HOME}/{second}/refuse", data={"reason": "No evidence."}).status_code == 303
    assert client.post(f"{HOME}/{second}/refuse", data={"reason": "Again."}).status_code == 409
    shown = client.get(f"{HOME}?state=refused").text
    assert ("Shared escorts" in shown, "Reversal of" in shown) == (True, False)


def test_a_plan_is_read_looked_at_and_kept(session: scoped_session[Session], client_as: ClientAs) -> None:
    of = a_treasury()
    client = client_as(of.commissioner)
    sent = {
        "borough": of.borough.reference, "name": "Core service", "project": "SEND", "benefit": "cashable", "recurs": "yes", "unit": "1000",
        "pasted": PLAN,
    }  # fmt: skip
    assert "one of the two" in client.post(f"{HOME}/plans/new", data=sent | {"pasted": ""}).text
    thousands = client.post(f"{HOME}/plans/new", data=sent | {"unit": "1"})
    assert "thousands of pounds" in thousands.text
    wrong = client.post(f"{HOME}/plans/new", data=sent | {"pasted": PLAN.replace("1,153", "1,152")})
    page = client.get(wrong.location).text
    assert "all rows come to 1,153, it says 1,152" in page
    assert "Keep the plan" not in page
    assert client.post(f"{wrong.location}/keep").status_code == 422
    assert client.post(f"{wrong.location}/discard").status_code == 303
    right = client.post(
        f"{HOME}/plans/new", data=sent | {"pasted": "", "file": (io.BytesIO(PLAN.replace(",", "").replace("\t", ",").encode()), "plan.csv")}
    )  # fmt: skip
    page = client.get(right.location).text
    assert "Every total in the table agrees" in page
    assert "9 FTE" in page
    assert client.get(f"{right.location}/file").data.startswith(b"Current Savings")
    assert client.post(f"{right.location}/keep").status_code == 303
    assert client.post(f"{right.location}/keep").status_code == 409
    assert len(session.scalars(select(Saving).where(Saving.state == SavingState.CLAIMED)).all()) == 4


def test_the_formula_stands_with_its_numbers(session: scoped_session[Session], client_as: ClientAs) -> None:
    deal = a_negotiation()
    agreed_at_less(deal)
    acting(deal.payer)
    reference = session.scalars(select(Saving.reference)).one()
    client = client_as(deal.payer)
    page = client.get(f"{HOME}/{reference}").text
    assert "8.4% asked, 3.9% agreed" in page
    assert "Asked: £4,552.80, not paid yet" in page
    assert "£9,855.00" in page  # in twelve months: £189 a week for 365 days
    assert "£9,855.00" in client.get(f"{HOME}/to-approve").text
    assert "Agreed" in client.get(f"{HOME}/{reference}/sums.csv").text


def test_the_return_and_the_hub_s_view(session: scoped_session[Session], client_as: ClientAs) -> None:
    of = a_treasury()
    reference = an_approved_saving(of).reference
    own = client_as(of.officer).get(f"{HOME}/return").text
    assert "Since joining" in own
    hub = client_as(of.analyst)
    ledger = hub.get(HOME).text
    assert ("Testham" in ledger, "Every borough" in ledger) == (True, True)
    assert hub.get(f"{HOME}?borough={of.borough.reference}&year=x").status_code == 200
    assert hub.get(f"{HOME}/return").status_code == 200
    assert hub.get(f"{HOME}/{reference}/refuse").status_code == 403
    assert "Approve what is ticked" not in hub.get(f"{HOME}/to-approve").text


def test_no_provider_ever_sees_it(session: scoped_session[Session], client_as: ClientAs) -> None:
    of = a_treasury()
    reference = an_approved_saving(of).reference
    provider = client_as(a_person(a_provider(), Role.PROVIDER_MANAGER, Role.PROVIDER_FINANCE))
    for path in (
        "",
        "/ledger.csv",
        "/to-approve",
        "/return",
        "/new",
        "/plans/new",
        f"/{reference}",
        f"/{reference}/sums.csv",
    ):
        assert provider.get(f"{HOME}{path}").status_code == 404, path
    assert HOME not in provider.get("/work").text


def test_the_ledger_takes_few_statements(session: scoped_session[Session], client_as: ClientAs) -> None:
    of = a_treasury()
    for number in range(6):
        an_approved_saving(of, f"Project {number}")
    client = client_as(of.officer)
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert client.get(HOME).status_code == 200
    assert len([statement for statement in asked if statement.startswith("SELECT")]) <= 12
