"""The needs that a referral names and that a setting says it can meet: one vocabulary a client group, so that both meet.

A lot for children with an EHC plan speaks the SEN2 need types of the national return. Lots for looked-after children speak a
list of our own, because no national one is that fine: it holds every risk of the Placements Data Standard v2 and what homes
and fostering agencies write in their statements of purpose. Codes are stored: they may be added to, never changed.
"""

from collections.abc import Iterable

from marketplace.code_lists import choices, code_list

#: Needs of looked-after children: code and label, in the order in which forms offer them.
LOOKED_AFTER_NEEDS: tuple[tuple[str, str], ...] = (
    ("emotional_wellbeing", "Emotional wellbeing and mental health"),
    ("trauma", "Trauma and attachment"),
    ("behaviour", "Behaviour that others find hard to manage"),
    ("self_harm", "Self-harm"),
    ("eating_disorder", "Eating disorder"),
    ("going_missing", "Going missing"),
    ("criminal_exploitation", "Criminal exploitation"),
    ("sexual_exploitation", "Sexual exploitation"),
    ("drugs_alcohol", "Drugs and alcohol"),
    ("physical_harm", "Physical harm to others or property"),
    ("sexual_harm", "Sexual harm to others"),
    ("fire_setting", "Fire-setting"),
    ("harm_to_animals", "Harm to animals"),
    ("offending", "Offending"),
    ("autism", "Autism"),
    ("adhd", "Attention deficit hyperactivity disorder (ADHD)"),
    ("learning_disability", "Learning disability"),
    ("physical_disability", "Physical disability or sensory impairment"),
    ("health", "Complex health needs"),
    ("communication", "Communication and language"),
    ("education", "Disrupted education"),
    ("deprivation_of_liberty", "Deprivation of liberty, authorised by a court"),
    ("unaccompanied", "Unaccompanied and seeking asylum"),
    ("parent_and_child", "Parent and child together"),
    ("independence", "Preparing for independence"),
)

#: Lots whose children have an EHC plan and whose needs are the return's.
SEN2_LOTS = frozenset({"special_school"})


def needs_of(lot_key: str) -> list[tuple[str, str]]:
    """Code and label of every need that a lot's forms offer."""
    return choices("sen2_need_type") if lot_key in SEN2_LOTS else list(LOOKED_AFTER_NEEDS)


def need_label(code: str) -> str:
    """The need in words, of whichever list; the code itself where it stands in none."""
    looked_after = dict(LOOKED_AFTER_NEEDS)
    if code in looked_after:
        return looked_after[code]
    found = code_list("sen2_need_type").get(code)
    return found.label if found else code


def needs_of_kinds(kinds: Iterable[str]) -> list[tuple[str, str]]:
    """What settings of these kinds may say they can meet: the return's needs for schools and colleges, ours for homes.

    A residential special school is asked for under lots of both client groups, so it may speak both.
    """
    kinds = set(kinds)
    schools = {"special_school", "residential_special_school", "boarding_school", "further_education_college"}
    homes = kinds - {"special_school", "boarding_school", "further_education_college"}
    return (choices("sen2_need_type") if kinds & schools else []) + (list(LOOKED_AFTER_NEEDS) if homes else [])
