"""The savings ledger at the screen: a commissioner enters, a plan is pasted, a finance officer approves, the hub reads."""

import pytest
from playwright.sync_api import Browser

from tests.journeys.harbour import Harbour
from tests.journeys.person import PersonAtTheScreen
from tests.makers.savings import PLAN

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CROYDON, HUB = "London Borough of Croydon", "South London Commissioning Programme"


def test_savings_are_entered_imported_approved_and_set_against_the_contribution(
    harbour: Harbour, browser: Browser
) -> None:
    def at_the_screen(organisation: str, role: str, width: int = 1280) -> PersonAtTheScreen:
        return PersonAtTheScreen(browser, harbour, harbour.address_of(organisation, role), width=width).signs_in()

    commissioner, officer = at_the_screen(CROYDON, "commissioner"), at_the_screen(CROYDON, "finance_officer", 390)
    commissioner.follows("Money").follows("Savings").sees("No savings yet")
    commissioner.presses("Enter a saving").presses("Enter the saving").sees("There is a problem", "Say what was saved")
    commissioner.fills("What was saved", "Shared transport for three pupils").chooses("Project", "SEND")
    commissioner.chooses("What kind of saving is it?", "Cashable").chooses("Does it recur?", "Recurring: every year")
    commissioner.chooses("How sure is it?", "Green delivered").chooses(
        "What does it stand on?", "A project of the borough’s own"
    )
    commissioner.fills("Agreement", "CRO-7Q4K-2M").fills("Evidence", "One contract in place of three.")
    commissioner.page.locator("fieldset input.govuk-input").nth(2).fill("24,000")
    commissioner.presses("Enter the saving").sees("Leave this empty")
    commissioner.fills("Agreement", "").presses("Enter the saving").sees(
        "The saving is entered", "£24,000.00", "Waits for approval"
    )

    commissioner.opens("/money/savings/plans/new")
    commissioner.fills("Name of the plan", "Core service").chooses("Project", "LAC")
    commissioner.chooses("What kind of saving is it?", "Cashable").chooses("Does it recur?", "Recurring: every year")
    commissioner.chooses("The figures are", "Thousands of pounds (£000)")
    commissioner.fills("Or paste the table", PLAN.replace("1,153", "1,135")).presses("Read the plan")
    commissioner.sees("The table does not add up", "all rows come to 1,153, it says 1,135").presses("Discard the plan")
    commissioner.opens("/money/savings/plans/new").fills("Name of the plan", "Core service").chooses("Project", "LAC")
    commissioner.chooses("What kind of saving is it?", "Cashable").chooses("Does it recur?", "Recurring: every year")
    commissioner.chooses("The figures are", "Thousands of pounds (£000)").fills("Or paste the table", PLAN).presses(
        "Read the plan"
    )
    commissioner.sees("Every total in the table agrees").presses("Keep the plan").sees("4 entries to approve")
    commissioner.does_not_see("Approve what is ticked")

    officer.opens("/work").sees("5 savings").opens("/money/savings/to-approve")
    for title in ("Shared transport for three pupils", "Green delivered", "Amber"):
        officer.page.get_by_role("checkbox", name=title).first.check()
    officer.presses("Approve what is ticked").sees("3 entries approved")
    officer.opens("/money/savings").sees("£36,000.00", "Approved savings by financial year")
    officer.follows("Shared transport for three pupils").follows("Change the rating").chooses(
        "How sure is it now?", "Amber"
    )
    officer.fills("Why", "The operator gave notice.").presses("Change the rating").sees(
        "Rated Amber, before Green delivered"
    )
    officer.follows("Reverse the entry").fills("Why", "Counted by the schools.").presses("Reverse")
    officer.sees("Together they come to nought")
    officer.opens("/money/savings/return").sees("Since joining", "÷")
    assert b"Shared transport" in commissioner.opens("/money/savings").downloads("Download as a spreadsheet (CSV)")

    analyst = at_the_screen(HUB, "hub_analyst")
    analyst.opens("/money/savings").sees("Croydon").opens("/money/savings/return").sees("Croydon, LAC")
