"""Lot 2, a foster family: the same spine from the referral on, with the questions, the price and the paper of fostering."""

from datetime import UTC, date, datetime

import pytest

from tests.journeys import steps
from tests.journeys.harbour import Harbour
from tests.journeys.steps import NAMES
from tests.journeys.test_residential import Seat, text_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HEARTHMOOR = "Hearthmoor Fostering Ltd"


def test_a_child_finds_a_foster_family(somebody: Seat, harbour: Harbour) -> None:
    officer = somebody("ruth.adeyemi@croydon.example").signs_in()
    manager = somebody("daniel.whitcombe@croydon.example").signs_in()
    carers = somebody("yusuf.mensah@hearthmoor.example").signs_in()
    signatory = somebody("hannah.prowse@hearthmoor.example").signs_in()

    steps.record_child(officer, date(harbour.today().year - 9, 3, 4))
    referral = steps.draft_referral(officer, "Independent fostering")
    officer.opens(f"/referrals/{referral}/form/foster_family").sees(
        "Kind of fostering", "A carer must be at home in the day"
    )
    officer.opens(f"/referrals/{referral}/form/childrens_home", expecting=404)
    steps.answer_the_form(officer, referral, "fostering", fostering_type="Long term", foster_care="Preferred")
    officer.opens(f"/referrals/{referral}/form").presses("Send for approval").presses("Send for approval")
    steps.approve_and_publish(manager, referral)

    family = steps.first_setting_of(officer, referral, HEARTHMOOR)
    steps.invite(officer, referral, family)
    carers.opens(f"/inbox/{referral}").sees("Kind of fostering", "Long term").does_not_see(*NAMES)
    fees = [("Core fee", "Core fee", "910", "week"), ("Settling in", "Settling in", "450", "one-off")]
    steps.make_offer(carers, referral, family, fees, starts_in=30)

    steps.pass_the_deadline(harbour)
    steps.open_the_offers(officer, referral)
    steps.mark_offers(officer, referral, {family: 4})
    officer.opens(f"/referrals/{referral}/offers").sees("lowest")
    steps.recommend(officer, referral, family)
    steps.award(manager, referral, family)
    agreement = steps.draw_up_and_issue(officer, referral)
    steps.sign(signatory, agreement, "Hannah Prowse")
    steps.sign(manager, agreement, "Daniel Whitcombe")
    paper = text_of(manager.opens(f"/placements/{agreement}").downloads("Signed agreement (PDF)"))
    assert "Individual Child Agreement" in paper
    assert "£450.00" in paper

    harbour.stand_at(datetime.combine(steps.first_day(manager, agreement), datetime.min.time(), UTC))
    steps.start_placement(officer, agreement)
    officer.sees("The placement has started")
