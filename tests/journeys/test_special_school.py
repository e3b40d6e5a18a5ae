"""The SEND purchasing system: the same spine, with SEN2's needs on the form, a yearly fee, and an Individual Placement Agreement."""

from datetime import UTC, date, datetime

import pytest

from tests.journeys import steps
from tests.journeys.harbour import Harbour
from tests.journeys.steps import NAMES
from tests.journeys.test_residential import Seat, text_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ORRERY = "Orrery Schools Trust"


def test_a_child_finds_a_special_school(somebody: Seat, harbour: Harbour) -> None:
    officer = somebody("ruth.adeyemi@croydon.example").signs_in()
    manager = somebody("daniel.whitcombe@croydon.example").signs_in()
    school = somebody("patrick.karimi@orrery.example").signs_in()
    head = somebody("eleni.dimitriou@orrery.example").signs_in()

    steps.record_child(officer, date(harbour.today().year - 12, 1, 15), sex="Boy")
    referral = steps.draft_referral(officer, "Independent and non-maintained special schools")
    officer.opens(f"/referrals/{referral}/form/sen_needs").sees("Primary need")
    assert "Autistic spectrum disorder" in officer.page.locator("select").first.inner_text()
    officer.opens(f"/referrals/{referral}/form/family_and_law", expecting=404)
    steps.answer_the_form(officer, referral, "special_school", placement_type="Day")
    officer.opens(f"/referrals/{referral}/form").presses("Send for approval").presses("Send for approval")
    steps.approve_and_publish(manager, referral)

    place = steps.first_setting_of(officer, referral, ORRERY)
    steps.invite(officer, referral, place)
    school.opens(f"/inbox/{referral}").sees("Autistic spectrum disorder", "Day").does_not_see(*NAMES)
    fees = [("Education", "Annual school fee", "62000", "year"), ("Transport", "School transport", "180", "week")]
    steps.make_offer(school, referral, place, fees, starts_in=30)

    steps.pass_the_deadline(harbour)
    steps.open_the_offers(officer, referral)
    steps.mark_offers(officer, referral, {place: 5})
    officer.opens(f"/referrals/{referral}/offers").sees("100.00")
    steps.recommend(officer, referral, place)
    steps.award(manager, referral, place)
    agreement = steps.draw_up_and_issue(officer, referral)
    officer.sees("Individual Placement Agreement")
    steps.sign(head, agreement, "Eleni Dimitriou")
    steps.sign(manager, agreement, "Daniel Whitcombe")
    paper = text_of(manager.opens(f"/placements/{agreement}").downloads("Signed agreement (PDF)"))
    assert "Individual Placement Agreement" in paper
    assert "£62,000.00" in paper

    harbour.stand_at(datetime.combine(steps.first_day(manager, agreement), datetime.min.time(), UTC))
    steps.start_placement(officer, agreement)
    officer.sees("The placement has started")
