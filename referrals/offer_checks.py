"""Can an offer be meant? Every sentence here stands next to the field that it is about; the form keeps what was typed."""

from datetime import timedelta

from sqlalchemy import exists, select

from foundation import clock
from foundation.database import db
from foundation.permission import Invalid, NotNow
from marketplace.actor import Actor
from marketplace.admission import Admission, AdmissionSetting, AdmissionState
from marketplace.fee_line import FeeLine, Unit
from marketplace.needs import need_label
from marketplace.setting import Accepts, Level, Setting
from marketplace.setting_term import terms_of
from referrals.declining import live_decline
from referrals.offer_terms import ASK_FOR_TERMS, LONGEST_TEXT, MOST_LINES, OfferTerms, check_price, totals_of
from referrals.referral import PublishedProfile, Referral

BOY_OR_GIRL = {Accepts.BOYS: "M", Accepts.GIRLS: "F"}


def check_offer(terms: OfferTerms, referral: Referral, by: Actor) -> None:
    """Raise `Invalid` at the first thing that cannot be meant."""
    if db.session.scalar(live_decline(referral, by)):
        raise Invalid("You declined this referral. Take that back before you make an offer.")
    profile = db.session.get(PublishedProfile, referral.id)
    if profile is None:
        raise NotNow("This referral is closed to you, so it takes no offer.")
    _check_setting(terms, referral, profile, by)
    _check_dates(terms)
    _check_needs(terms, profile)
    _check_texts(terms)
    _check_fees(terms, referral)


def _check_setting(terms: OfferTerms, referral: Referral, profile: PublishedProfile, by: Actor) -> None:
    """The provider's own, admitted to the lot at this moment, and registered for the child's age and sex."""
    setting = db.session.get(Setting, terms.setting_id)
    if setting is None or setting.provider_id != by.organisation_id:
        raise Invalid("Choose one of your own settings.", "setting")
    if not _is_admitted(setting, referral):
        raise Invalid(f"{setting.name} is not admitted to this lot, or is suspended in it.", "setting")
    if setting.age_from is None or setting.age_to is None:
        raise Invalid(f"Say first which ages {setting.name} is registered for, on its own page.", "setting")
    if not setting.age_from <= profile.age <= setting.age_to:
        ages = f"{setting.age_from} to {setting.age_to}"
        raise Invalid(f"{setting.name} is registered for ages {ages}; the child will be {profile.age}.", "setting")
    only = BOY_OR_GIRL.get(setting.accepts) if setting.accepts else None
    if only and profile.sex != only:
        raise Invalid(f"{setting.name} is registered for {setting.accepts} only.", "setting")


def _is_admitted(setting: Setting, referral: Referral) -> bool:
    standing = (
        select(AdmissionSetting.id)
        .join(Admission, Admission.id == AdmissionSetting.admission_id)
        .where(
            AdmissionSetting.setting_id == setting.id,
            Admission.lot_id == referral.lot_id,
            Admission.state == AdmissionState.ADMITTED,
        )
    )
    return bool(db.session.scalar(select(exists(standing))))


def _check_dates(terms: OfferTerms) -> None:
    if terms.starts_on < clock.today():
        raise Invalid("The start is in the past. Enter today or a later day.", "starts_on")
    if terms.valid_until < clock.today():
        raise Invalid("The offer would be over before it is sent. Enter a later day.", "valid_until")


def _check_needs(terms: OfferTerms, profile: PublishedProfile) -> None:
    """Every need that must be met is answered, and what is said to be met has its evidence."""
    answered = {answer.need for answer in terms.needs}
    for need in profile.wanted.get("must") or []:
        if need not in answered:
            raise Invalid(f"Say how far you meet this need: {need_label(need)}.", f"need_{need}_level")
    for answer in terms.needs:
        if answer.level is not Level.NO and not answer.evidence.strip():
            how = "in part" if answer.level is Level.PART else "fully"
            raise Invalid(
                f"Say how you will meet this need {how}: {need_label(answer.need)}.", f"need_{answer.need}_evidence"
            )


def _check_texts(terms: OfferTerms) -> None:
    if not terms.approach.strip():
        raise Invalid("Say how the child would live and be cared for there.", "approach")
    texts = {"approach": terms.approach, "impact": terms.impact}
    texts |= {f"need_{answer.need}_evidence": answer.evidence for answer in terms.needs}
    texts |= {f"criterion_{key}": answer for key, answer in terms.criterion_answers.items()}
    for field, text in texts.items():
        if len(text) > LONGEST_TEXT:
            raise Invalid(f"This has {len(text):,} characters. Keep it to {LONGEST_TEXT:,}.", field)


def _check_fees(terms: OfferTerms, referral: Referral) -> None:
    """There are fee lines, each named once, and they come to a price that can be meant."""
    if not terms.fees:
        raise Invalid("Enter at least one fee line.", "fee_0_amount")
    if len(terms.fees) > MOST_LINES:
        raise Invalid(f"An offer has at most {MOST_LINES} fee lines.", "fee_0_amount")
    named = set()
    for position, fee in enumerate(terms.fees):
        name = (fee.kind, fee.label.strip())
        if name in named:
            raise Invalid(
                "Two fee lines have the same kind and label. Give each its own label.", f"fee_{position}_label"
            )
        named.add(name)
    lines = _lines(terms)
    check_price(totals_of(lines, terms.starts_on, referral.expected_weeks))


def _lines(terms: OfferTerms) -> list[FeeLine]:
    """The lines as they will be reckoned; one that follows terms needs those of the school year in which it begins."""
    of_setting = terms_of([terms.setting_id])[terms.setting_id]
    lines = terms.fee_lines(of_setting)
    for position, line in enumerate(lines):
        if line.follows_terms and not of_setting.knows(line.starts, line.starts + timedelta(days=1)):
            field = "unit" if line.unit is Unit.TERM else "calendar"
            raise Invalid(ASK_FOR_TERMS, f"fee_{position}_{field}")
    return lines
