"""The steps of the journey that every lot shares, named as the trade names them. Each is done by the person given first."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from demo.people import PASSWORD
from foundation.database import db
from foundation.tenancy import act_as_system
from referrals.question_set import Kind, Question, latest_version, question_set
from tests.journeys.harbour import Harbour
from tests.journeys.person import PersonAtTheScreen
from tests.makers.referrals import complete_answers

#: an invented child's names, met nowhere else: wherever they turn up outside the borough, something leaks
FIRST_NAME, FAMILY_NAME = "Zephyrindra", "Quagmarsh"
NAMES = (FIRST_NAME, FAMILY_NAME)
HOME_POSTCODE = "CR0 1EA"


def reference_in(address: str) -> str:
    """The reference in an address: the part with a check letter."""
    return str(re.findall(r"[A-Z]{3}-[A-Z0-9]{4}-[A-Z0-9]{2}", address)[-1])


# --- the borough asks ------------------------------------------------------------------------------------------------


def record_child(officer: PersonAtTheScreen, born: date, *, sex: str = "Girl") -> str:
    """The officer records the child; the reference by which everybody else will know her."""
    officer.opens("/children/new").fills("First name", FIRST_NAME).fills("Family name", FAMILY_NAME)
    officer.fills_day("Date of birth", born.day, born.month, born.year).chooses("Sex", sex)
    officer.fills("Home address", "12 Tamarisk Crescent, Croydon").fills("Home postcode", HOME_POSTCODE)
    officer.fills("Case management number", "LCS-730114").presses("Record the child")
    return reference_in(officer.page.url)


def draft_referral(officer: PersonAtTheScreen, lot: str) -> str:
    """From the child's page, the officer begins a referral in a lot; its reference."""
    officer.presses("Draft a referral").picks(lot).presses("Begin the draft")
    return reference_in(officer.page.url)


def answer_the_form(officer: PersonAtTheScreen, referral: str, key: str, **chosen: Any) -> None:
    """Page by page, the officer answers what must be answered."""
    form = question_set(key, latest_version(key))
    answers = answers_to(officer.harbour, key, **chosen)
    for section in form.sections:
        asked = [question for question in section.questions if question.key in answers]
        if asked:
            officer.opens(f"/referrals/{referral}/form/{section.key}")
            for question in asked:
                answer(officer, question, answers[question.key])
            officer.presses("Save and return to the form")


def answers_to(harbour: Harbour, key: str, **chosen: Any) -> dict[str, Any]:
    """A complete set of answers, with what is chosen."""
    with harbour.app.app_context():
        act_as_system()
        given = complete_answers(question_set(key, latest_version(key)), **chosen)
        db.session.remove()
    return given


def answer(person: PersonAtTheScreen, question: Question, given: Any) -> None:
    """Answer one question as it is asked: by radio, tick, list, date or words."""
    match question.kind:
        case Kind.CHOICE | Kind.YES_NO:
            person.chooses(question.label, question.label_of(given))
        case Kind.CHOICES | Kind.NEEDS:
            for code in given:
                person.chooses(question.label, question.label_of(code))
        case Kind.DATE:
            day = date.fromisoformat(given)
            person.fills_day(question.label, day.day, day.month, day.year)
        case _:
            person.fills(question.label, str(given))


def approve_and_publish(manager: PersonAtTheScreen, referral: str) -> None:
    """The manager reads what providers will read, and publishes it until the day that the lot proposes."""
    manager.opens(f"/referrals/{referral}").presses("Approve or send back")
    manager.does_not_see(*NAMES).presses("Approve and publish")


def first_setting_of(officer: PersonAtTheScreen, referral: str, provider: str) -> str:
    """The best fitting setting of a provider, by its name on the page of settings that fit."""
    officer.opens(f"/referrals/{referral}/settings?show=all")
    card = officer.page.locator("article").filter(has_text=provider).first
    return str(card.get_by_role("checkbox").evaluate("box => box.labels[0].innerText")).removeprefix("Invite ")


def invite(officer: PersonAtTheScreen, referral: str, *settings: str) -> None:
    """The officer sends the next wave to these settings."""
    officer.opens(f"/referrals/{referral}/settings?show=all")
    for setting in settings:
        officer.ticks(f"Invite {setting}")
    officer.page.get_by_role("button", name=re.compile("Send wave")).first.click()
    officer.sees(*settings)


# --- the market answers ----------------------------------------------------------------------------------------------


def make_offer(
    responder: PersonAtTheScreen, referral: str, setting: str, fees: list[tuple[str, str, str, str]], *, starts_in: int
) -> str:
    """The responder offers a setting with these fee lines: kind, words, amount, unit. The offer's reference."""
    responder.opens(f"/inbox/{referral}").does_not_see(*NAMES).presses("Make an offer")
    page = responder.page
    page.get_by_label("Setting", exact=True).select_option(label=_option(responder, "Setting", setting))
    first = responder.harbour.today() + timedelta(days=starts_in)
    last = first + timedelta(days=60)
    responder.fills_day("Start", first.day, first.month, first.year)
    responder.fills_day("Offer valid until", last.day, last.month, last.year)
    for group in page.get_by_role("group", name="How far do you meet this need?").all():
        group.get_by_role("radio").first.check()
    for label in ("How, and the evidence", "What this would mean for those who live there now"):
        for field in page.get_by_label(label).all():
            field.fill("Trained within the year, and named in the statement of purpose.")
    responder.fills("How the child would live and be cared for", "A key worker, a quiet room and a walk to school.")
    for field in page.locator("textarea[name^=criterion_]").all():
        field.fill("In this way, from the first day, by people named in the plan.")
    responder.fills("Part of life 1", "Learning").fills("Outcome 1", "In school every day")
    responder.fills("How you would both see it 1", "Attendance of 95% by the end of term")
    for _ in fees[page.locator("input[name$=_amount]").count() :]:
        responder.presses("Add a line")
    for position, (kind, words, amount, unit) in enumerate(fees):
        at = f"fee_{position}_"
        page.locator(f"[name={at}kind]").select_option(label=kind)
        page.locator(f"[name={at}label]").fill(words)
        page.locator(f"[name={at}amount]").fill(amount)
        page.locator(f"[name={at}unit]").select_option(label=unit)
    responder.presses("Send the offer")
    return reference_in(page.url)


def _option(person: PersonAtTheScreen, label: str, beginning: str) -> str:
    """The option of a list that begins so."""
    options = person.page.get_by_label(label, exact=True).locator("option").all_text_contents()
    return next(option.strip() for option in options if option.strip().startswith(beginning))


# --- the borough chooses ---------------------------------------------------------------------------------------------


def pass_the_deadline(harbour: Harbour) -> None:
    """A fortnight goes by."""
    harbour.let_pass(timedelta(days=14))


def open_the_offers(officer: PersonAtTheScreen, referral: str) -> None:
    """After the deadline, and not before, the officer opens all offers at once."""
    officer.opens(f"/referrals/{referral}/offers").presses("Open the offers")


def mark_offers(officer: PersonAtTheScreen, referral: str, marks: dict[str, int]) -> None:
    """For each setting the officer gives the same mark to every criterion, each with its reason, and then locks quality."""
    for setting, mark in marks.items():
        officer.opens(f"/referrals/{referral}/offers").follows(setting)
        for radio in officer.page.locator(f"input[name^=mark_][value='{mark}']").all():
            radio.check()
        for reason in officer.page.locator("textarea[name^=reason_]").all():
            reason.fill(f"Marked {mark}: what the offer says, and who is to do it.")
        officer.presses("Save my marks")
    officer.opens(f"/referrals/{referral}/offers").presses("Lock the quality marks").presses("Lock the quality marks")


def recommend(officer: PersonAtTheScreen, referral: str, setting: str) -> None:
    """The officer compares the offers side by side and recommends one."""
    officer.opens(f"/referrals/{referral}/offers").picks(setting)
    officer.fills("Why this one", "It meets the needs best, near to school and friends.")
    officer.presses("Recommend to the placement managers")


def award(manager: PersonAtTheScreen, referral: str, setting: str) -> None:
    """The manager, who did not recommend, awards the place with a rationale."""
    manager.opens(f"/referrals/{referral}/award").picks(setting)
    manager.fills("Your rationale", "First in quality and in total, and near to the child's school.").presses(
        "Award the place"
    )


# --- agreement and placement -----------------------------------------------------------------------------------------


def draw_up_and_issue(officer: PersonAtTheScreen, referral: str) -> str:
    """The officer draws the agreement up from the award and issues it; its reference."""
    officer.opens(f"/referrals/{referral}/award").follows("The agreement").presses("Draw up the agreement")
    reference = reference_in(officer.page.url)
    officer.presses("Issue the agreement").presses("Issue the agreement")
    return reference


def sign(person: PersonAtTheScreen, agreement: str, name: str) -> None:
    """A person reads the paper and signs it: name and password, typed again."""
    person.opens(f"/placements/{agreement}").presses("Read and sign").ticks("I have read the agreement")
    person.fills("Your full name", name).fills("Your password", PASSWORD).presses("Sign the agreement")


def first_day(person: PersonAtTheScreen, agreement: str) -> date:
    """The agreed first day, as the agreement's page says it."""
    said = person.opens(f"/placements/{agreement}").page.get_by_text(re.compile(r"^\d+ \w+ \d{4}$")).first.inner_text()
    return datetime.strptime(said, "%d %B %Y").date()  # noqa: DTZ007 - a day has no zone


def start_placement(officer: PersonAtTheScreen, agreement: str) -> None:
    """The child has moved in on the agreed day."""
    officer.opens(f"/placements/{agreement}").presses("Start the placement")
    today = officer.harbour.today()
    officer.fills_day("Day on which the child moved in", today.day, today.month, today.year).presses(
        "Start the placement"
    )


# --- the quarter -----------------------------------------------------------------------------------------------------


def send_return(provider: PersonAtTheScreen, figure: int = 10) -> None:
    """The provider gives every figure and the progress of every outcome, and sends the quarter's return."""
    provider.opens("/returns").page.locator("tbody th a").first.click()
    page = provider.page
    for part in ("numerator", "denominator"):
        for field in page.locator(f"input[name^={part}_]").all():
            field.fill(str(figure))
    for progress in page.locator("select[name^=progress_]").all():
        progress.select_option(label="Good progress")
    for evidence in page.locator("[name^=evidence_]").all():
        evidence.fill("Attendance of 92% this term, after 80% in the last.")
    provider.presses("Send the return")


def order_reports(hub: PersonAtTheScreen, quarter: str) -> None:
    """The hub orders the reports of a quarter, watches, and finds them archived once the worker has made them."""
    hub.opens("/reports").fills("Quarter", quarter).presses("Make the reports").sees(quarter)
    progress = hub.page.url
    hub.harbour.work_off()
    hub.opens(progress)


def reports_of(reader: PersonAtTheScreen) -> dict[str, str]:
    """The archived reports that a reader finds: whom they are about, and their references."""
    links = reader.opens("/reports").page.locator("tbody th a").all()
    return {link.inner_text(): reference_in(link.get_attribute("href") or "") for link in links}
