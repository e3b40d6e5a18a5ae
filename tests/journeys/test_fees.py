"""A school's fees: its terms entered, education charged in term time with VAT, the payers' shares, and a variation of both."""

from datetime import UTC, date, datetime

import pytest

from marketplace.terms_of_year import academic_year_of, in_words
from tests.journeys import steps
from tests.journeys.harbour import Harbour
from tests.journeys.person import PersonAtTheScreen
from tests.journeys.test_residential import Seat, text_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ORRERY = "Orrery Schools Trust"


def test_a_term_time_fee_with_vat_is_offered_shared_and_varied(somebody: Seat, harbour: Harbour) -> None:
    officer = somebody("ruth.adeyemi@croydon.example").signs_in()
    manager = somebody("daniel.whitcombe@croydon.example").signs_in()
    school = somebody("patrick.karimi@orrery.example").signs_in()
    head = somebody("eleni.dimitriou@orrery.example").signs_in()
    steps.record_child(officer, date(harbour.today().year - 12, 1, 15), sex="Boy")
    referral = steps.draft_referral(officer, "Independent and non-maintained special schools")
    steps.answer_the_form(officer, referral, "special_school", placement_type="Day")
    officer.opens(f"/referrals/{referral}/form").presses("Send for approval").presses("Send for approval")
    steps.approve_and_publish(manager, referral)
    place = steps.first_setting_of(officer, referral, ORRERY)
    steps.invite(officer, referral, place)

    enter_terms(head, place)
    fees = [("Education", "Teaching", "210", "day"), ("Transport", "School transport", "180", "week")]
    steps.make_offer(school, referral, place, fees, starts_in=30)
    charge_in_term_time_with_vat(school)

    steps.pass_the_deadline(harbour)
    steps.open_the_offers(officer, referral)
    steps.mark_offers(officer, referral, {place: 5})
    officer.opens(f"/referrals/{referral}/offers").sees("Whole stay with VAT", "which the borough cannot recover")
    steps.recommend(officer, referral, place)
    steps.award(manager, referral, place)
    agreement = share_the_draft(officer, referral)
    steps.sign(head, agreement, "Eleni Dimitriou")
    steps.sign(manager, agreement, "Daniel Whitcombe")
    paper = text_of(manager.opens(f"/placements/{agreement}").downloads("Signed agreement (PDF)"))
    assert "60% education, 40% health" in paper

    harbour.stand_at(datetime.combine(steps.first_day(manager, agreement), datetime.min.time(), UTC))
    steps.start_placement(officer, agreement)
    vary_who_pays(officer, manager, agreement)


def enter_terms(head: PersonAtTheScreen, place: str) -> None:
    """The provider enters this school year's terms; an overlap is refused beside its field, and what was typed stays."""
    year = academic_year_of(head.harbour.today())
    head.opens("/settings").follows(place).follows(f"Terms of {in_words(year)}")
    days = [((1, 9, year), (18, 12, year)), ((18, 12, year), (25, 3, year + 1)), ((12, 4, year + 1), (21, 7, year + 1))]
    for number, (first, last) in enumerate(days, start=1):
        head.fills_day(f"First day of term {number}", *first).fills_day(f"Last day of term {number}", *last)
    head.presses("Keep the terms").sees("Spring term overlaps Autumn term")
    head.fills_day("First day of term 2", 5, 1, year + 1).presses("Keep the terms").sees("The terms of", "Autumn term")


def charge_in_term_time_with_vat(school: PersonAtTheScreen) -> None:
    """The responder changes the offer that lies sealed: teaching is charged in term time, with VAT that nobody gets back."""
    school.presses("Change the offer").page.get_by_text("Term time, named weeks and VAT").click()
    school.page.locator("[name=fee_0_calendar]").select_option(label="In term time")
    school.page.locator("[name=fee_0_vat]").fill("20")
    school.page.locator("[name=fee_0_recoverable]").select_option(label="It cannot")
    school.presses("Update totals").sees("in term time", "Whole stay with VAT", "Offers are compared without VAT")
    school.presses("Send the changed offer").sees("20% VAT")


def share_the_draft(officer: PersonAtTheScreen, referral: str) -> str:
    """The officer draws the agreement up, says who pays – 99 % will not do – and issues it; its reference."""
    officer.opens(f"/referrals/{referral}/award").follows("The agreement").presses("Draw up the agreement")
    reference = steps.reference_in(officer.page.url)
    officer.sees("100% education").follows("Change who pays")
    officer.fills("Education’s share of Teaching", "60").fills("Health’s share of Teaching", "39")
    officer.presses("Keep who pays").sees("The shares total 99%. They must total 100%.")
    officer.fills("Health’s share of Teaching", "40").presses("Keep who pays").sees("60% education, 40% health")
    officer.presses("Issue the agreement").presses("Issue the agreement")
    return reference


def vary_who_pays(officer: PersonAtTheScreen, manager: PersonAtTheScreen, agreement: str) -> None:
    """From today social care pays half; the provider is not asked, and a manager approves."""
    officer.opens(f"/placements/{agreement}/variations/new")
    today = officer.harbour.today()
    officer.fills_day("Day from which the fees change", today.day, today.month, today.year)
    officer.fills("Why the fees change", "The panel agreed to share the cost.")
    officer.fills("Social care’s share of Teaching", "50").fills("Education’s share of Teaching", "50")
    officer.presses("Propose the variation").sees("It changes only who pays")
    manager.opens(officer.page.url).presses("Approve the variation").presses("Approve and change the fees")
    manager.opens(f"/placements/{agreement}").sees("50% social care, 50% education")
