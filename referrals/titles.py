"""A referral in a few words that name nobody: what is wanted, for a boy or girl of which age."""

PLACES = {
    "residential": "Children’s home",
    "fostering": "Foster family",
    "special_school": "Special school",
    "interventions": "Support",
}
WORDS = {"M": "a boy", "F": "a girl"}


def child_in_words(age: int | None, sex: str | None) -> str:
    """A boy of 13, a girl of 9, a child of 11; a child where the profile is no longer in sight."""
    who = WORDS.get(sex or "", "a child")
    return who if age is None else f"{who} of {age}"


def title_of(lot_key: str, age: int | None, sex: str | None) -> str:
    """Children’s home for a boy of 13."""
    return f"{PLACES.get(lot_key, 'Placement')} for {child_in_words(age, sex)}"


def stay_in_words(weeks: int | None) -> str:
    """How long the stay is expected to last: 52 weeks is a year."""
    if weeks is None:
        return "length not said"
    years, rest = divmod(weeks, 52)
    if rest or not years:
        return f"{weeks} {'week' if weeks == 1 else 'weeks'}"
    return "a year" if years == 1 else f"{years} years"
