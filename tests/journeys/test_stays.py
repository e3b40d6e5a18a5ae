"""After the signatures: the paper is sealed, a child moves and its stay breaks down, and a borough buys places ahead of children."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

import pytest

from contracts.placing import start_placement
from foundation.database import db
from foundation.tenancy import SYSTEM_FENCE
from marketplace.passwords import hash_password
from marketplace.person import Person
from tests.journeys.harbour import Harbour
from tests.journeys.person import PersonAtTheScreen
from tests.makers.contracts import a_deal, signed
from tests.makers.standing import a_setting, behind

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Seat = Callable[..., PersonAtTheScreen]
PASSWORD = "three words in a row"
NAMES = ("Zephyrine", "Quillfeather")


class Sides(NamedTuple):
    """Who sits where, and the placement that they share."""

    officer: PersonAtTheScreen
    manager: PersonAtTheScreen
    head: PersonAtTheScreen
    placement: str


@pytest.fixture(scope="module")
def sides(somebody: Seat, harbour: Harbour) -> Sides:
    """A placement that started four weeks ago at a home whose provider has a second one."""
    with harbour.app.app_context():
        deal = a_deal(starts_on=harbour.today() - timedelta(28))
        a_setting(deal.provider, deal.lot, "Elm Lodge")
        agreement = signed(deal)
        reference = start_placement(agreement, agreement.starts_on, by=deal.officer).reference
        people = [deal.officer, deal.manager, deal.head]
        with behind(SYSTEM_FENCE):
            for actor in people:
                db.session.get_one(Person, actor.person_id).password_hash = hash_password(PASSWORD)
        db.session.commit()
        db.session.remove()
    harbour.work_off()
    return Sides(*(somebody(actor.email).signs_in(PASSWORD) for actor in people), reference)


def fill(person: PersonAtTheScreen, legend: str, day: date) -> PersonAtTheScreen:
    return person.fills_day(legend, day.day, day.month, day.year)


def test_1_the_signed_paper_is_sealed_and_checked(sides: Sides) -> None:
    for reader in (sides.officer, sides.head):
        reader.opens(f"/placements/{sides.placement}").follows("Check its seal")
        reader.sees("Sealed, unchanged since", "Every byte was checked just now").does_not_see(*NAMES)


def test_2_the_child_moves_to_another_setting_of_the_provider(sides: Sides) -> None:
    officer, today = sides.officer, sides.officer.harbour.today()
    officer.opens(f"/placements/{sides.placement}").follows("Moves between settings").presses("Record a move")
    fill(officer.picks("Elm Lodge"), "First night there", today - timedelta(7))
    officer.chooses("Why", "Change to/Implementation of Care Plan").presses("Record the move")
    officer.sees("The child is at Elm Lodge now", "Rowan House")
    sides.head.opens(f"/placements/{sides.placement}/moves").sees("Move 1", "Elm Lodge")


def test_3_an_unplanned_end_is_looked_at_together(sides: Sides) -> None:
    officer, today = sides.officer, sides.officer.harbour.today()
    fill(officer.opens(f"/placements/{sides.placement}/end"), "Day on which the child left", today)
    officer.chooses("Why the placement ended", "Child requests placement end")
    officer.chooses("Was this ending planned?", "No, it was not planned").presses("End the placement")
    officer.opens("/work").follows("Hold a disruption meeting")
    fill(officer, "Day of the meeting", today).ticks("Social worker").ticks("Registered manager or head teacher")
    officer.ticks("Child requests placement end").fills("What was found", "Zephyrine was not asked early enough.")
    card = officer.page.locator("article").first
    card.get_by_label("Action", exact=True).fill("Ask in the first week")
    card.get_by_label("Owner", exact=True).select_option(label="The provider")
    due = today + timedelta(14)
    for part, value in (("Day", due.day), ("Month", due.month), ("Year", due.year)):
        card.get_by_label(part, exact=True).fill(str(value))
    officer.presses("Record the meeting").sees("Leave out the child’s name")
    officer.fills("What was found", "The child was not asked early enough.").presses("Record the meeting")
    officer.sees("The meeting is recorded", "Ask in the first week")
    head = sides.head.opens("/work").follows("Do it, and say so").presses("Yes, it is done")
    head.sees("The action is done").does_not_see(*NAMES)


def test_4_places_are_bought_ahead_of_children(sides: Sides) -> None:
    manager, today = sides.manager, sides.manager.harbour.today()
    manager.opens("/contracts").follows("All block contracts").presses("Draft a contract")
    manager.picks("Pilot").fills("Name of the contract", "Two beds for tonight")
    manager.fills("Gap in the market that it closes", "No home nearby takes a child within the day.")
    manager.chooses("Setting", "Residential: Oakfield Testham Ltd, Rowan House").fills("Places paid for", "2")
    manager.fills("Price of a place", "3500")
    fill(manager, "First day", today - timedelta(14))
    fill(manager, "Ends on", today + timedelta(200))
    fill(manager, "Review by", today + timedelta(90))
    manager.presses("Save the draft").sees("Enter the day on which the pilot is judged")
    fill(manager, "Evaluation of the pilot on", today + timedelta(120)).presses("Save the draft")
    manager.presses("Confirm the contract")
    _confirm(manager, "Mary Manager").sees("The provider confirms next")
    head = sides.head.opens("/work").follows("Confirm the contract")
    _confirm(head, "Bea Head").sees("Running", "Void cost so far", "£14,000.00")
    manager.opens("/contracts/blocks").sees("0 of 2 taken")
    manager.opens("/contracts").sees("Two beds for tonight")


def _confirm(person: PersonAtTheScreen, name: str) -> PersonAtTheScreen:
    person.ticks("I have read the contract").fills("Your full name", name).fills("Your password", PASSWORD)
    return person.presses("Confirm the contract")
