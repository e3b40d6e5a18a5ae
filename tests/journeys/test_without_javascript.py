"""With scripts switched off: a referral is published, offered on, and its offers are opened."""

from datetime import date

import pytest

from tests.journeys import steps
from tests.journeys.harbour import Harbour
from tests.journeys.test_residential import QUILLHAVEN, Seat

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_publish_offer_open_without_javascript(somebody: Seat, harbour: Harbour) -> None:
    officer = somebody("ruth.adeyemi@croydon.example", javascript=False).signs_in()
    manager = somebody("daniel.whitcombe@croydon.example", javascript=False).signs_in()
    responder = somebody("marcus.eze@quillhaven.example", javascript=False).signs_in()
    steps.record_child(officer, date(harbour.today().year - 12, 1, 15))
    referral = steps.draft_referral(officer, "Residential")
    steps.answer_the_form(officer, referral, "residential")
    officer.opens(f"/referrals/{referral}/form").presses("Send for approval").presses("Send for approval")
    steps.approve_and_publish(manager, referral)
    place = steps.first_setting_of(officer, referral, QUILLHAVEN)
    steps.invite(officer, referral, place)
    steps.make_offer(responder, referral, place, [("Core fee", "Core fee", "4200", "week")], starts_in=30)
    steps.pass_the_deadline(harbour)
    steps.open_the_offers(officer, referral)
    officer.sees(place)
