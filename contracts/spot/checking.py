"""Can a proposal be meant? Every sentence here stands next to the field that it is about; the form keeps what was typed."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from contracts.agreement import Agreement, AgreementState
from contracts.spot.nameless import require_nameless
from contracts.spot.register_check import RegisterCheck, is_admitted
from contracts.spot.searched import is_a_search
from contracts.spot.terms import Emergency, Leaving, SpotTerms, totals
from foundation import clock
from foundation.database import db
from foundation.formatting import day_plain
from foundation.permission import Invalid, NotNow
from marketplace.code_lists import choices
from marketplace.setting import Setting
from referrals.referral import Referral, ReferralState

REASONS = "spot_purchase_reason"
#: In which states the framework was asked, or is being asked.
SEARCHED = (ReferralState.PUBLISHED, ReferralState.OPENED, ReferralState.CLOSED)
#: An unregistered place is looked at every week; any other purchase again within a quarter of a year.
A_WEEK, A_QUARTER = timedelta(days=7), timedelta(weeks=13)
#: How far back an emergency may have begun before it is written down.
EMERGENCY_BEGAN = timedelta(days=7)


def check_referral(referral: Referral, terms: SpotTerms, search: dict[str, Any]) -> None:
    """Framework first: a recorded search, or the emergency path with its reason; and no place for the child stands already."""
    live = select(Agreement.reference).where(
        Agreement.referral_id == referral.id, Agreement.state.not_in((AgreementState.CANCELLED, AgreementState.ENDED))
    )
    if reference := db.session.scalar(live):
        raise NotNow(f"Agreement {reference} gives the child of this referral a place already.")
    if terms.emergency is not None:
        _check_emergency(terms.emergency)
    elif referral.state not in SEARCHED or not is_a_search(search):
        raise Invalid(
            "No setting has been asked through the framework for this referral. Publish it and invite the settings that fit;"
            " if the place is needed before anybody could be asked, choose the emergency path and say why.",
            "emergency",
        )


def check_place(setting: Setting, found: RegisterCheck, terms: SpotTerms, referral: Referral) -> None:
    """Outside the framework, and whatever of it does not fit was read; an unregistered place has its reason, plan and day."""
    if is_admitted(setting, referral.lot):
        raise Invalid(
            f"{setting.name} is admitted to {referral.lot.name}. Buy the place through the framework: invite it.",
            "warned",
        )
    if found.is_unregistered:
        _check_leaving(terms.leaving, terms)
    if found.warnings and not terms.warned:
        raise Invalid("Read the warnings about this place, and tick that you propose it all the same.", "warned")


def check_terms(terms: SpotTerms, referral: Referral) -> None:
    """Reason, dates, fees and texts."""
    if terms.reason not in dict(choices(REASONS)):
        raise Invalid("Choose a reason from the list.", "reason")
    if not terms.explanation.strip():
        raise Invalid("Say in a few sentences why this place, and why outside the framework.", "explanation")
    _check_dates(terms)
    totals(terms)
    urgent, leaving = terms.emergency, terms.leaving
    require_nameless(
        referral.id, explanation=terms.explanation, emergency_reason=urgent.reason if urgent else None,
        unregistered_reason=leaving.reason if leaving else None, leaving_plan=leaving.plan if leaving else None,
    )  # fmt: skip


def _check_emergency(emergency: Emergency) -> None:
    if not emergency.reason.strip():
        raise Invalid("Say why the framework could not be searched first.", "emergency_reason")
    if not emergency.decided_by.strip():
        raise Invalid("Name who decided to go without the search.", "emergency_decided_by")


def _check_leaving(leaving: Leaving | None, terms: SpotTerms) -> None:
    if leaving is None or not leaving.reason.strip():
        raise Invalid("Say why no registered place will do.", "unregistered_reason")
    if not leaving.plan.strip():
        raise Invalid("Say how the child will move to a registered place.", "leaving_plan")
    if leaving.leave_by is None:
        raise Invalid("Enter the day by which the child leaves this place.", "leave_by")
    if leaving.leave_by <= terms.starts_on:
        raise Invalid("The day to leave must come after the start.", "leave_by")
    if leaving.ofsted_told_on is not None and leaving.ofsted_told_on > clock.today():
        raise Invalid("Enter the day on which Ofsted was told. It cannot lie in the future.", "ofsted_told_on")
    if terms.review_on > clock.today() + A_WEEK:
        raise Invalid("An unregistered place is reviewed every week. Enter a day within seven days.", "review_on")


def _check_dates(terms: SpotTerms) -> None:
    today = clock.today()
    earliest = today - EMERGENCY_BEGAN if terms.emergency else today
    if terms.starts_on < earliest:
        sentence = "An emergency is written down within seven days." if terms.emergency else "The start is in the past."
        raise Invalid(f"{sentence} Enter {day_plain(earliest)} or a later day.", "starts_on")
    if terms.expected_end_on is not None and terms.expected_end_on <= terms.starts_on:
        raise Invalid("The expected end must come after the start.", "expected_end_on")
    if terms.review_on <= today:
        raise Invalid("Enter a day to come for the review.", "review_on")
    if terms.review_on > max(today, terms.starts_on) + A_QUARTER:
        raise Invalid("Review a spot purchase within thirteen weeks of its start. Enter an earlier day.", "review_on")
    if not 0 <= terms.notice_days <= 365:
        raise Invalid("Enter days of notice from 0 to 365.", "notice_days")
