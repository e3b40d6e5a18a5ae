"""Invented children. Their homes are given the postcodes of public buildings; their NHS numbers begin with 999, which is kept for tests."""

from datetime import date, timedelta
from random import Random

from demo.organisations import rows_of
from demo.partnership import Borough
from demo.words import names
from referrals.child_facts import ChildFacts

#: ages on the day needed, lowest and highest
AGES = {"residential": (9, 16), "fostering": (2, 15), "special_school": (5, 15)}
ETHNICITIES = ("WBRI", "WOTH", "MWBC", "BAFR", "BCRB", "APKN", "AIND", "OOTH")


def an_invented_child(borough: Borough, lot: str, needed_by: date, rng: Random, number: int) -> ChildFacts:
    """A child of the borough, of an age that the lot is for on the day needed."""
    sex = rng.choice("MF")
    age = rng.randint(*AGES[lot])
    return ChildFacts(
        first_name=rng.choice(names("girls_names" if sex == "F" else "boys_names")),
        family_name=rng.choice(names("childrens_family_names")),
        date_of_birth=_born(age, needed_by, rng),
        sex=sex,
        ethnicity=rng.choice(ETHNICITIES),
        home_address=f"{rng.randint(1, 90)} Nowhere Walk",
        home_postcode=_postcode(borough, rng),
        nhs_number=_nhs_number(rng) if rng.random() < 0.6 else None,
        case_number=f"{borough.prefix}{100_000 + number}",
        other_names=f"{rng.choice(names('first_names'))} {rng.choice(names('childrens_family_names'))}",
    )


def _born(age: int, needed_by: date, rng: Random) -> date:
    """Some day of the year before the child turned that age: never the day itself, so that leap years do no harm."""
    return needed_by - timedelta(days=age * 365 + age // 4 + 1 + rng.randint(5, 350))


def _postcode(borough: Borough, rng: Random) -> str:
    return rng.choice([row["postcode"] for row in rows_of("places.csv") if row["authority_code"] == borough.number])


def _nhs_number(rng: Random) -> str:
    """Ten digits from 999, with the check digit modulo 11; drawn again where that would be ten."""
    while True:
        digits = [9, 9, 9, *(rng.randint(0, 9) for _ in range(6))]
        check = -sum(weight * digit for weight, digit in zip(range(10, 1, -1), digits, strict=True)) % 11
        if check < 10:
            return "".join(map(str, [*digits, check]))
