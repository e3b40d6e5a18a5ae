"""Lot 1, a children's home: from the import of Ofsted's register to the quarter's reports with the placement in them.

The steps are told in their order and stand on one another; the child's names may never be met outside the borough and,
from the award, the provider.
"""

import hashlib
import re
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from demo.people import PASSWORD
from tests.journeys import steps
from tests.journeys.harbour import Harbour
from tests.journeys.person import PersonAtTheScreen
from tests.journeys.steps import NAMES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

REGISTER = Path(__file__).parent.parent / "fixtures" / "register_small.csv"
DOCUMENTS = ("Public liability insurance", "Safeguarding policy", "Statement of purpose")
LARKFIELD, QUILLHAVEN, TERN_HOLLOW = (
    "Larkfield Homes Limited",
    "Quillhaven Care Ltd",
    "Tern Hollow Children's Homes Ltd",
)

Seat = Callable[..., PersonAtTheScreen]


class Story:
    """Who sits where, and the references that the steps pass on."""

    def __init__(self, somebody: Seat, harbour: Harbour) -> None:
        self.harbour, self.somebody = harbour, somebody
        self.hub = somebody("sunita.bellamy@slcp.example").signs_in()
        self.officer = somebody("ruth.adeyemi@croydon.example").signs_in()
        self.manager = somebody("daniel.whitcombe@croydon.example").signs_in()
        self.responder = somebody("marcus.eze@quillhaven.example").signs_in()
        self.signatory = somebody("bea.kowalczyk@quillhaven.example").signs_in()
        self.newcomer = somebody("nell.ormsby@larkfield.example")
        self.third = somebody(harbour.address_of(TERN_HOLLOW, "provider_manager")).signs_in()
        self.referral = self.agreement = self.chosen = self.lost = ""

    def nobody_else_meets_the_child(self) -> None:
        """No letter names the child."""
        self.harbour.work_off()
        for letter in self.harbour.letters():
            assert not any(name in letter.subject + letter.body for name in NAMES), letter.subject


@pytest.fixture(scope="module")
def story(somebody: Seat, harbour: Harbour) -> Story:
    return Story(somebody, harbour)


def test_1_the_hub_imports_the_register_twice_and_sees_two_frameworks(story: Story) -> None:
    assert "Settings added\n6" in import_register(story.hub)
    story.hub.sees("No owner named", "is not an Ofsted reference")
    again = import_register(story.hub)
    assert "Settings added\n0" in again
    assert "Changed\n0" in again
    assert "Unchanged\n6" in again
    story.hub.opens("/frameworks").sees("Looked-after children framework", "SEND dynamic purchasing system")


def import_register(hub: PersonAtTheScreen) -> str:
    """Send the file, see that it waits, and read the report once the worker has done it."""
    hub.opens("/register").attaches("Ofsted's provider-level file (CSV)", str(REGISTER)).presses("Import the register")
    hub.follows("Stop loading it by itself").sees("Under way", "0 of 5")
    hub.harbour.work_off()
    hub.follows("Load it by itself").sees("Finished")
    return hub.page.locator("main").inner_text()


def test_2_a_provider_claims_its_organisation_and_is_admitted(story: Story, tmp_path: Path) -> None:
    hub, newcomer = story.hub, story.newcomer
    hub.opens("/providers?words=larkfield").follows(LARKFIELD).presses("Invite a manager")
    hub.fills("Name", "Nell Ormsby").fills("E-mail address", newcomer.email).presses("Send the invitation")
    story.harbour.work_off()
    [letter] = story.harbour.letters(newcomer.email)
    newcomer.opens(re.findall(r"/join/\S+", letter.body)[0]).fills("Choose a password", PASSWORD)
    newcomer.page.locator("main button[type=submit]").last.click()
    newcomer.sees(f"You have joined {LARKFIELD}")
    complete_setting(newcomer)
    apply_to_residential(newcomer, "Larkfield Lodge", "4400", tmp_path)
    hub.opens("/admissions").follows(LARKFIELD).sees("£4,400.00").picks("Tier 1")
    hub.fills("A word to the provider", "Welcome.").presses(f"Admit {LARKFIELD}").sees("Tier 1")
    newcomer.opens("/admissions").sees("Tier 1")


def complete_setting(provider: PersonAtTheScreen) -> None:
    """What the register does not say, the provider does: ages, postcode, whom it accepts, vacancies, needs."""
    provider.opens("/settings").follows("Children's home 9900001").follows("Complete the setting")
    provider.fills("Name", "Larkfield Lodge").fills("Postcode", "CR0 2RF")
    provider.fills("Youngest age", "8").fills("Oldest age", "17").chooses("Whom it accepts", "Boys and girls")
    provider.presses("Keep the changes").presses("Say vacancies").fills("Places that could be taken", "2")
    provider.page.locator("main button[type=submit]").last.click()
    provider.opens("/settings").follows("Larkfield Lodge").follows("Change the needs")
    provider.page.get_by_label("Trauma and attachment", exact=True).select_option(index=1)
    provider.fills("Evidence: Trauma and attachment", "All staff are trained in it.")
    provider.page.locator("main button[type=submit]").last.click()
    provider.sees("Trauma and attachment", "All staff are trained in it.")


def apply_to_residential(provider: PersonAtTheScreen, setting: str, core_fee: str, folder: Path) -> None:
    """Apply to the lot with a setting, its rate, the documents and a statement."""
    paper = folder / "paper.pdf"
    paper.write_bytes(b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
    provider.opens("/frameworks").follows("Looked-after children framework").follows("Residential")
    provider.presses("Apply to this lot").ticks(setting).fills(f"Core fee, {setting}", core_fee)
    for document in DOCUMENTS:
        provider.attaches(document, str(paper))
    provider.fills("How you would work in this lot", "Small homes that keep children near to family and school.")
    provider.presses("Send the application").sees("The application was sent")


def test_2b_another_application_is_refused_with_reasons(story: Story, somebody: Seat, tmp_path: Path) -> None:
    other = somebody("hannah.prowse@hearthmoor.example").signs_in()
    other.opens("/settings/new").fills("Name", "Hearthmoor House").chooses("Type", "Children’s home")
    other.fills("Postcode", "SM1 1EA").fills("Places", "3").fills("Youngest age", "8").fills("Oldest age", "17")
    other.chooses("Whom it accepts", "Boys and girls").page.locator("main button[type=submit]").last.click()
    apply_to_residential(other, "Hearthmoor House", "5000", tmp_path)
    hub = story.hub.opens("/admissions").follows("Hearthmoor Fostering Ltd")
    hub.page.locator("summary", has_text="Refuse the application").click()
    reason = hub.page.locator("input[name=reasons]").first
    reason.check()
    hub.page.locator(f"[name=why_{reason.get_attribute('value')}]").fill("The home is not registered yet.")
    hub.presses("Refuse the application").sees("Refused", "The home is not registered yet.")
    story.harbour.work_off()
    other.opens("/admissions").page.locator("tr", has_text="Refused").get_by_role("link").click()
    other.sees("Why it was refused", "The home is not registered yet.")
    assert story.harbour.letters(other.email)


def test_3_the_borough_drafts_mends_previews_approves_and_publishes(story: Story) -> None:
    officer, manager = story.officer, story.manager
    steps.record_child(officer, date(story.harbour.today().year - 12, 1, 15))
    story.referral = steps.draft_referral(officer, "Residential")
    form = f"/referrals/{story.referral}/form"
    officer.opens(f"{form}/about_me").fills("In the child’s own words", f"{NAMES[0]} wants to draw.")
    officer.presses("Save and return to the form").sees("Cannot start yet", "Still to answer", "Needed to publish")
    steps.answer_the_form(officer, story.referral, "residential", own_words=f"{NAMES[0]} wants a quiet place to draw.")
    officer.opens(form).sees("1 thing to mend", "It reads like the child’s name").follows("Mend it")
    officer.fills("In the child’s own words", "I want a quiet place to draw.").presses("Save and return to the form")
    officer.sees("Nothing to mend").presses("Preview for providers").sees("I want a quiet place to draw.")
    officer.does_not_see(*NAMES).opens(form).presses("Send for approval").presses("Send for approval")
    manager.opens("/work").sees(story.referral)
    steps.approve_and_publish(manager, story.referral)
    manager.sees("Offers close on")


def test_4_settings_fit_or_not_with_reasons_and_the_first_wave_is_sent(story: Story) -> None:
    officer = story.officer
    officer.opens(f"/referrals/{story.referral}/settings?show=all").sees(
        "Larkfield Lodge", "Trauma and attachment: covered."
    )
    assert officer.page.locator("[aria-labelledby=not-eligible] tbody tr").count() > 0
    story.chosen = steps.first_setting_of(officer, story.referral, QUILLHAVEN)
    third = steps.first_setting_of(officer, story.referral, TERN_HOLLOW)
    story.lost = "Larkfield Lodge"
    steps.invite(officer, story.referral, story.chosen, story.lost, third)
    story.harbour.work_off()
    assert any(
        story.referral in letter.subject + letter.body for letter in story.harbour.letters(story.responder.email)
    )
    story.nobody_else_meets_the_child()


def test_5_providers_ask_offer_and_decline_and_offers_lie_sealed(story: Story) -> None:
    asked, answered = "Is contact on Saturdays supervised?", "Yes, by the family centre."
    story.newcomer.opens(f"/inbox/{story.referral}").does_not_see(*NAMES)
    story.newcomer.page.locator("#ask textarea").fill(asked)
    story.newcomer.presses("Send the question")
    story.officer.opens(f"/referrals/{story.referral}/questions").sees(asked)
    story.officer.fills("Your answer to all invited providers", answered).presses("Send the answer")
    story.responder.opens(f"/inbox/{story.referral}").sees(asked, answered).does_not_see(LARKFIELD, *NAMES)
    fees = [("Core fee", "Core fee", "4200", "week"), ("Education", "Tuition", "300", "week")]
    winning = steps.make_offer(story.responder, story.referral, story.chosen, fees, starts_in=30)
    fees = [("Core fee", "Core fee", "4400", "week"), ("Therapy", "Therapy", "85.50", "hour a week")]
    steps.make_offer(story.newcomer, story.referral, story.lost, fees, starts_in=30)
    story.third.opens(f"/inbox/{story.referral}").does_not_see(QUILLHAVEN, LARKFIELD, *NAMES)
    story.third.page.locator("summary", has_text="Decline").click()
    story.third.page.locator("button[name=reason]").first.click()
    story.third.sees("You declined")
    story.officer.opens(f"/referrals/{story.referral}/offers").sees("2 offers sealed").does_not_see("£4,200", "4200")
    for reader in (story.officer, story.manager, story.hub, story.newcomer, story.third):
        reader.opens(f"/offers/{winning}", expecting=404)


def test_6_offers_are_opened_marked_compared_and_the_place_is_awarded(story: Story) -> None:
    officer, manager = story.officer, story.manager
    steps.pass_the_deadline(story.harbour)
    steps.open_the_offers(officer, story.referral)
    steps.mark_offers(officer, story.referral, {story.chosen: 4, story.lost: 3})
    officer.sees("80.00", "60.00")
    steps.recommend(officer, story.referral, story.chosen)
    steps.award(manager, story.referral, story.chosen)
    manager.sees(f"Awarded to {story.chosen}")
    story.nobody_else_meets_the_child()
    story.newcomer.opens("/offers").page.locator("tbody th a").first.click()
    story.newcomer.sees("Not chosen", "60.00 of 100", "Marked 3").does_not_see("Marked 4", QUILLHAVEN, *NAMES)


def test_6b_the_award_is_undone_with_a_reason_and_given_again(story: Story) -> None:
    reason = "The journey to school proved too long, and was looked at again."
    story.manager.opens(f"/referrals/{story.referral}/award").presses("Undo the award")
    story.manager.fills("Why is the award undone?", reason).presses("Undo the award").sees("The award is undone")
    steps.recommend(story.officer, story.referral, story.chosen)
    steps.award(story.manager, story.referral, story.chosen)
    story.manager.sees(f"Awarded to {story.chosen}", reason)


def test_7_the_agreement_is_signed_by_both_and_the_placement_starts(story: Story) -> None:
    story.agreement = steps.draw_up_and_issue(story.officer, story.referral)
    story.officer.sees("Individual Child Agreement", "£234,000.00")
    steps.sign(story.signatory, story.agreement, "Bea Kowalczyk")
    steps.sign(story.manager, story.agreement, "Daniel Whitcombe")
    paper = story.manager.opens(f"/placements/{story.agreement}").downloads("Signed agreement (PDF)")
    assert hashlib.sha256(paper).hexdigest() in story.harbour.hashes_kept()
    assert "Individual Child Agreement" in text_of(paper)
    story.signatory.opens(f"/placements/{story.agreement}").follows("Open the identity of the child").sees(*NAMES)
    story.newcomer.opens(f"/placements/{story.agreement}", expecting=404)
    story.harbour.stand_at(datetime.combine(steps.first_day(story.manager, story.agreement), datetime.min.time(), UTC))
    steps.start_placement(story.officer, story.agreement)
    story.officer.sees("The placement has started")


def test_8_the_quarter_passes_and_the_provider_sends_its_return(story: Story) -> None:
    story.harbour.stand_at(datetime(2027, 4, 2, 9, tzinfo=UTC))
    story.harbour.work_off("returns.open")
    steps.send_return(story.signatory)
    story.signatory.sees("Sent", "In school every day", "Good progress")
    assert story.signatory.page.locator("[aria-labelledby=figures] tbody tr").count() >= 6
    story.hub.opens("/returns").follows("RET-").sees(QUILLHAVEN, "Good progress").does_not_see(*NAMES)


def test_9_the_hub_orders_the_reports_and_each_reads_its_own(story: Story) -> None:
    steps.order_reports(story.hub, "2026-27 Q4")
    story.hub.sees("Finished")
    reports = steps.reports_of(story.hub)
    for name, reader in ((QUILLHAVEN, story.signatory), ("Croydon", story.manager), ("South London", story.hub)):
        reference = next(reference for about, reference in reports.items() if name in about)
        pdf = reader.opens(f"/reports/{reference}").downloads("PDF")
        assert not any(canary in text_of(pdf) for canary in NAMES)
        if reader is story.manager:
            assert story.agreement in text_of(pdf)
        if reader is story.signatory:
            # fewer than five placements are not listed one by one in what leaves a borough; their cost stands to the penny
            assert "£57,857.14" in text_of(pdf)
            story.newcomer.opens(f"/reports/{reference}", expecting=404)
            story.newcomer.opens(f"/reports/{reference}/document.pdf", expecting=404)
    story.nobody_else_meets_the_child()


def text_of(pdf: bytes) -> str:
    """The words of a PDF."""
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
