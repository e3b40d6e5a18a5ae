"""How an officer fills in the form of each lot for an invented child."""

from datetime import date, timedelta
from random import Random
from typing import Any

from demo.saying import say
from marketplace.code_lists import choices

#: The needs of looked-after children that referrals name most, and the risk of the form that goes with some of them.
LOOKED_AFTER = {
    "emotional_wellbeing": None, "trauma": None, "behaviour": "risk_to_others_physical", "going_missing": "risk_missing",
    "criminal_exploitation": "risk_criminal_exploitation", "self_harm": "risk_self_harm", "autism": None, "adhd": None,
    "learning_disability": None, "education": None, "drugs_alcohol": "risk_drugs_alcohol", "independence": None, "communication": None,
}  # fmt: skip
CARE_RISKS = (
    "risk_self_harm", "risk_sexual_exploitation", "risk_criminal_exploitation", "risk_drugs_alcohol", "risk_eating_disorder",
    "risk_missing", "risk_to_others_physical", "risk_to_others_sexual", "risk_to_others_fire", "risk_to_others_animals",
    "risk_to_others_criminal",
)  # fmt: skip
SCHOOL_RISKS = ("risk_leaving", "risk_hurting_self", "risk_hurting_others", "risk_refusing")


def answers_for(lot: str, *, drafted_on: date, needed_by: date, age: int, weeks: int, rng: Random) -> dict[str, Any]:
    """Every answer that the lot's form needs to be published."""
    shared = _about_the_child(drafted_on, rng) | {"needed_by": needed_by.isoformat(), "expected_weeks": str(weeks)}
    if lot == "special_school":
        return shared | _school(drafted_on, age, rng)
    return shared | _care(drafted_on, age, rng) | (_home(rng) if lot == "residential" else _foster_family(rng))


def _about_the_child(drafted_on: date, rng: Random) -> dict[str, Any]:
    asked_on = drafted_on - timedelta(days=rng.randint(2, 9))
    return {
        "own_words": say("own_words", rng), "own_words_asked": f"The social worker, on {asked_on:%-d %B}", "wishes": say("wishes", rng),
        "needs_described": say("needs_described", rng), "strengths": say("strengths", rng), "what_helps": say("what_helps", rng),
        "what_makes_it_worse": say("what_makes_it_worse", rng), "health": say("health", rng),
    }  # fmt: skip


def _care(drafted_on: date, age: int, rng: Random) -> dict[str, Any]:
    needs = rng.sample(sorted(LOOKED_AFTER), 5)
    present = {LOOKED_AFTER[need] for need in needs}
    return {
        "legal_status": rng.choice(["C2", "C1", "V2"]), "category_of_need": rng.choice(["N1", "N1", "N5", "N4"]),
        "reason_for_move": say("reason_for_move", rng),
        "current_placement": rng.choice(["In foster care", "At home with family", "In a children’s home"]),
        "moves": str(rng.randint(0, 5)), "needs_must": needs[:2], "needs_desirable": needs[2:],
        "needed_by_band": "in more than 5 days", "sibling_count": "0", "preferred_location": "South London or close by",
        "communication_needs": "N", "communication_requirements": ["None"], "home_adaptation": "no", "cultural_needs": "Not required",
        "living_companions": "No preference", "pets": rng.choice(["Yes - can", "No", "Not Known"]),
        "supported_accommodation": "Unsuitable" if age < 16 else "Not specified", "contact_plan": say("contact_plan", rng),
        "routine": say("routine", rng), "school_keep": rng.choice(["yes", "no"]), "school_support": say("school_support", rng),
        "ehc_plan": rng.choice(["yes", "no", "no"]), "attendance": str(rng.randint(55, 98)),
        "health_assessed_on": (drafted_on - timedelta(days=rng.randint(20, 240))).isoformat(),
    } | _risks(CARE_RISKS, present, rng)  # fmt: skip


def _home(rng: Random) -> dict[str, Any]:
    staffing = rng.choice(["Shared with other children", "Shared with other children", "One to one"])
    reason = {"staffing_reason": "For the first eight weeks, while trust grows; then looked at every month."}
    return {
        "home_size": "Two to four children", "night_staff": rng.choice(["Waking night staff", "Sleeping-in staff"]), "staffing": staffing,
        "foster_care": "Unsuitable", "residential_care": "Preferred", "key_worker": "No preference", "therapy_on_site": "yes",
    } | (reason if staffing == "One to one" else {})  # fmt: skip


def _foster_family(rng: Random) -> dict[str, Any]:
    return {
        "fostering_type": rng.choice(["Long term", "Long term", "Short term"]), "carers": rng.choice(["No preference", "A couple"]),
        "carer_at_home": rng.choice(["yes", "no"]), "other_children": "No preference", "own_bedroom": "yes",
        "foster_care": "Preferred", "residential_care": "Unsuitable", "driving": "yes",
    }  # fmt: skip


def _school(drafted_on: date, age: int, rng: Random) -> dict[str, Any]:
    needs = rng.sample([code for code, _ in choices("sen2_need_type") if code not in ("OTH", "MSI", "PMLD")], 4)
    phase = "Primary" if age < 11 else "Secondary"
    transport = rng.choice(["The borough arranges it", "The family brings the child"])
    return {
        "ehcp_on": (drafted_on - timedelta(days=rng.randint(30, 300))).isoformat(),
        "ehcp_reviewed_on": (drafted_on - timedelta(days=rng.randint(10, 280))).isoformat(),
        "psychologist_on": (drafted_on - timedelta(days=rng.randint(10, 120))).isoformat(),
        "looked_after": "no", "primary_need": needs[0], "secondary_need": needs[1], "other_needs": needs[2:],
        "school_phase": phase, "year_group": f"Year {age - 4}", "placement_type": "Day", "class_size": str(rng.randint(6, 10)),
        "provision": say("provision", rng), "speech_hours": rng.choice(["0.5", "1", "1.5"]), "occupational_hours": rng.choice(["0.5", "1"]),
        "transport": transport, "longest_journey": "60",
        "naming_stage": rng.choice(["Formal consultation, 15 days", "Exploring provision"]),
        "parental_preference": rng.choice(["yes", "no"]), "section_41": "no",
    } | ({"transport_needs": say("transport_needs", rng)} if transport == "The borough arranges it" else {}) | _risks(
        SCHOOL_RISKS, {rng.choice(SCHOOL_RISKS)}, rng
    )  # fmt: skip


def _risks(asked: tuple[str, ...], present: set[str | None], rng: Random) -> dict[str, str]:
    risks = {risk: "Risk Present" if risk in present else "No known risk" for risk in asked}
    return risks | {f"{risk}_help": say("risk_help", rng) for risk in asked if risk in present}
