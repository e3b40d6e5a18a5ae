"""The profile: exactly what invited providers read of a referral, made from the answers by the declarations of the form.

It holds age on the day needed, sex, and the outward half of the home postcode; never a name, a date of birth or an address.
"""

from datetime import date
from typing import Any

from foundation import clock
from referrals.answer import asked_and_answered, in_words
from referrals.child import Identity
from referrals.question_set import Answers, QuestionSet, Sight, listed, question_set
from referrals.referral import AwardedProfile, PublishedProfile, Referral


def form_of(referral: Referral) -> QuestionSet:
    """The form that the referral was drafted on."""
    return question_set(referral.form_key, referral.form_version)


def profile_of(referral: Referral, answers: Answers, identity: Identity) -> PublishedProfile:
    """What invited providers see of the referral as it is answered now."""
    form = form_of(referral)
    return PublishedProfile(
        referral_id=referral.id,
        authority_id=referral.authority_id,
        age=identity.age_on(referral.needed_by or clock.today()),
        sex=identity.sex,
        sections=sections_open_to(Sight.INVITED, form, answers),
        voice=_voice(form, answers),
        area=outward(identity.home_postcode),
        wanted=wanted(referral, form, answers, identity),
        published_at=clock.now(),
    )


def awarded_profile_of(referral: Referral, answers: Answers) -> AwardedProfile:
    """The answers that open only to the provider that is awarded the place."""
    return AwardedProfile(
        referral_id=referral.id,
        authority_id=referral.authority_id,
        sections=sections_open_to(Sight.AWARDED, form_of(referral), answers),
        published_at=clock.now(),
    )


def sections_open_to(step: Sight, form: QuestionSet, answers: Answers) -> list[dict[str, Any]]:
    """Headings, questions and answers in words, of what opens at a step; the child's own words stand apart."""
    shown = []
    for section in form.sections:
        rows = [
            {"question": question.label, "answer": in_words(question, answer)}
            for question, answer in asked_and_answered(section, answers)
            if question.opens_to is step and answer not in (None, "", []) and question.feeds != "voice"
        ]
        if rows:
            shown.append({"section": section.title, "rows": rows})
    return shown


def wanted(referral: Referral, form: QuestionSet, answers: Answers, identity: Identity) -> dict[str, Any]:
    """The codes that matching reads. A need that must be met is not also one that would be good to meet."""
    must = _codes(form, answers, "must")
    siblings = _codes(form, answers, "sibling_count")
    return {
        "must": must,
        "desirable": [code for code in _codes(form, answers, "desirable") if code not in must],
        "setting_kinds": list(referral.lot.setting_kinds),
        "sibling_count": int(siblings[0]) if siblings else 0,
        "gender": identity.sex,
    }


def outward(postcode: str | None) -> str:
    """The district of a postcode: CR0 for CR0 1EA. Empty where no home postcode is recorded."""
    return (postcode or "").split(" ")[0]


def facts_fed(form: QuestionSet, answers: Answers) -> dict[str, Any]:
    """What the referral itself keeps of the answers: the day needed and the weeks that the stay is expected to last."""
    needed_by = _codes(form, answers, "needed_by")
    weeks = _codes(form, answers, "expected_weeks")
    return {
        "needed_by": date.fromisoformat(needed_by[0]) if needed_by else None,
        "expected_weeks": int(weeks[0]) if weeks else None,
    }


def _codes(form: QuestionSet, answers: Answers, feeds: str) -> list[str]:
    codes = [code for question in form.feeding(feeds) for code in listed(answers.get(question.key))]
    return list(dict.fromkeys(codes))


def _voice(form: QuestionSet, answers: Answers) -> str:
    return " ".join(str(answers[question.key]) for question in form.feeding("voice") if answers.get(question.key))
