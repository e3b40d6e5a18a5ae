"""Outside the framework: a place bought after a search that found none, and a place that no register holds."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.journeys import steps
from tests.journeys.harbour import Harbour
from tests.journeys.person import PersonAtTheScreen
from tests.journeys.steps import NAMES
from tests.journeys.test_residential import Seat

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: a home of the demo that stands outside the framework, whose owner has no accounts
HOME = "Alder Gate"


def test_a_search_without_an_answer_and_a_place_that_is_not_registered(
    somebody: Seat, harbour: Harbour, tmp_path: Path
) -> None:
    officer = somebody("ruth.adeyemi@croydon.example").signs_in()
    manager = somebody("daniel.whitcombe@croydon.example").signs_in()
    director = somebody("helen.marchetti@croydon.example").signs_in()
    analyst = somebody("jonas.peake@slcp.example").signs_in()

    steps.record_child(officer, date(harbour.today().year - 12, 3, 4))
    child = officer.page.url
    referral = published(officer, manager, "residential")
    purchase = proposed(officer, referral, harbour.today())
    officer.sees("No setting answered in time", "Waits for a decision").does_not_see(*NAMES)
    manager.opens("/work").sees(purchase).opens(f"/spot-purchases/{purchase}").presses("Approve")
    manager.fills("Why", "No other home would take her.").presses("Approve the purchase").sees(
        "The purchase is approved"
    )

    agreement = agreed_on_paper(officer, purchase, harbour, tmp_path)
    steps.sign(manager, agreement, "Daniel Whitcombe")
    officer.opens(f"/placements/{agreement}").sees("Signed on paper on", "recorded by Ruth Adeyemi")
    steps.start_placement(officer, agreement)
    officer.opens("/spot-purchases").sees(HOME, "Placed").opens("/spot-purchases/report").sees("1 of 1", "100.0%")
    analyst.opens("/spot-purchases").sees(purchase).does_not_see(*NAMES)
    analyst.opens(f"/spot-purchases/{purchase}").does_not_see(*NAMES)
    analyst.opens("/spot-purchases/report").sees("fewer than 5", "Not shown")
    assert purchase in analyst.opens("/spot-purchases").downloads("Download as a spreadsheet (CSV)").decode()

    officer.opens(child)
    emergency = steps.draft_referral(officer, "Residential")
    steps.answer_the_form(officer, emergency, "residential")
    unregistered = proposed_unregistered(officer, emergency, harbour.today())
    manager.opens(f"/spot-purchases/{unregistered}").sees("Only a director may approve")
    manager.does_not_see(f"/spot-purchases/{unregistered}/approve")
    director.opens("/work").sees(unregistered).opens(f"/spot-purchases/{unregistered}").presses("Approve")
    director.fills("Why", "For four weeks at most.").presses("Approve the purchase")
    for reader in (officer, manager, director, analyst):
        reader.opens("/work").sees("in an unregistered place, to leave by", "Ofsted not told yet")
    analyst.does_not_see(*NAMES)
    told(officer, unregistered, harbour.today())
    harbour.let_pass(timedelta(days=9))
    analyst.opens("/work").sees("Weekly review overdue")
    reviewed(officer, unregistered, harbour.today())
    analyst.opens("/work").does_not_see("Weekly review overdue").sees("in an unregistered place")
    manager.opens("/work").sees("Review the emergency")
    phone = somebody("ruth.adeyemi@croydon.example", width=390).signs_in()
    for path in ("/spot-purchases", "/spot-purchases/report", f"/spot-purchases/{unregistered}"):
        phone.opens(path)
        assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390, path


def published(officer: PersonAtTheScreen, manager: PersonAtTheScreen, key: str) -> str:
    """A referral with one invited setting, which says nothing."""
    referral = steps.draft_referral(officer, "Residential")
    steps.answer_the_form(officer, referral, key)
    officer.opens(f"/referrals/{referral}/form").presses("Send for approval").presses("Send for approval")
    steps.approve_and_publish(manager, referral)
    steps.invite(officer, referral, steps.first_setting_of(officer, referral, "Quillhaven Care Ltd"))
    return referral


def proposed(officer: PersonAtTheScreen, referral: str, today: date) -> str:
    """From the referral, through the register, to the proposal; its reference."""
    officer.opens(f"/referrals/{referral}").follows("Propose a spot purchase").sees("Quillhaven Care Ltd", "Not opened")
    officer.fills("Name of the place, its owner, or its number (URN)", "alder").presses("Show").follows(HOME)
    officer.chooses("Why outside the framework", "No offer through the framework")
    officer.fills("Why this place, and why outside the framework", "No setting answered in time.")
    officer.fills_day("First day of the placement", today.day, today.month, today.year)
    officer.page.locator("[name='fees-0-amount']").fill("5,640.00")
    officer.presses("Update totals").sees("£5,640.00")
    if officer.page.get_by_label("I have read the warnings").count():
        officer.ticks("I have read the warnings")
    officer.presses("Propose the purchase").sees("Somebody else decides on it")
    return steps.reference_in(officer.page.url)


def proposed_unregistered(officer: PersonAtTheScreen, referral: str, today: date) -> str:
    """On the emergency path, a place that no register holds; its reference."""
    leave_by = today + timedelta(days=28)
    officer.opens(f"/referrals/{referral}/spot-purchase").sees("Only the emergency path is open").follows(
        "It is not in the register"
    )
    officer.fills("Who runs it", "Quick Homes Ltd").fills("Name of the place", "The Annexe").fills(
        "Postcode", "CR0 1EA"
    )
    officer.chooses("What kind of place it is", "Childrens home")
    officer.fills("Why no registered place will do", "Every registered home is full tonight.")
    officer.fills("How the child will move to a registered place", "The home applies for registration this week.")
    officer.fills_day("Day by which the child leaves this place", leave_by.day, leave_by.month, leave_by.year)
    officer.ticks("I have read the warnings").chooses("Why outside the framework", "Needed today: an emergency")
    officer.fills("Why this place, and why outside the framework", "The only bed tonight.")
    officer.ticks("It is needed before the framework could be searched")
    officer.fills_day("First day of the placement", today.day, today.month, today.year)
    officer.page.locator("[name='fees-0-amount']").fill("9,800")
    officer.presses("Propose the purchase").sees("Say why the framework could not be searched first")
    officer.fills("Why there was no time to search", "The last placement broke down at six.")
    officer.fills("Who decided to go without the search", "Duty director").presses("Propose the purchase")
    officer.sees("Somebody else decides on it", "Unregistered", "Emergency path").does_not_see(*NAMES)
    return steps.reference_in(officer.page.url)


def agreed_on_paper(officer: PersonAtTheScreen, purchase: str, harbour: Harbour, folder: Path) -> str:
    """The agreement drawn up, given an outcome, issued, and signed by the provider on paper; its reference."""
    officer.opens(f"/spot-purchases/{purchase}").presses("Draw up the agreement").presses("Draw up the agreement")
    agreement = steps.reference_in(officer.page.url)
    officer.presses("Change the draft")
    officer.page.locator("[name='outcomes-0-domain']").fill("Safety")
    officer.page.locator("[name='outcomes-0-outcome']").fill("Is home every night")
    officer.page.locator("[name='outcomes-0-measure']").fill("Nights missing")
    officer.page.get_by_role("button", name=re.compile("Save|Keep|Change")).first.click()
    officer.opens(f"/placements/{agreement}/issue")
    officer.page.get_by_role("button", name=re.compile("Issue")).first.click()
    officer.opens(f"/placements/{agreement}").presses("Record the signed paper")
    today = harbour.today()
    (folder / "scan.pdf").write_bytes(b"%PDF-1.7 signed in ink")
    officer.attaches("The signed agreement", str(folder / "scan.pdf"))
    officer.fills("Who signed for the provider", "Ines Faraway").fills("Their position", "Registered manager")
    officer.fills_day("Day on which they signed", today.day, today.month, today.year)
    officer.presses("Keep the signed paper").sees("The signed paper is kept")
    return agreement


def told(officer: PersonAtTheScreen, purchase: str, today: date) -> None:
    """Ofsted was told today."""
    officer.opens(f"/spot-purchases/{purchase}").follows("Record the day")
    officer.fills_day("Day on which Ofsted was told", today.day, today.month, today.year).presses("Keep the day")
    officer.sees("Ofsted was told on")


def reviewed(officer: PersonAtTheScreen, purchase: str, today: date) -> None:
    """The weekly review, late."""
    again = today + timedelta(days=7)
    officer.opens(f"/spot-purchases/{purchase}").sees("is overdue").presses("Review the purchase")
    officer.fills("What you found", "Settled. The form is with Ofsted.")
    officer.fills_day("Next review by", again.day, again.month, again.year).presses("Keep the review")
    officer.sees("Settled. The form is with Ofsted.", "Late")
