"""What a borough types about a child, read into normal forms; each fact that cannot be meant is refused by name."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

from foundation import clock
from foundation.database import db
from foundation.geography import NotAPostcode, postcode
from foundation.identifiers import NotAnIdentifier, nhs_number, uln, upn
from foundation.permission import Invalid
from foundation.places import Postcode, place_of
from marketplace.code_lists import code_list
from referrals.child import Identity

#: A referral is for a child or a young person with an EHC plan, which ends at 25.
OLDEST = 25
_LONGEST = {"first_name": 100, "family_name": 100, "known_as": 100, "home_address": 500, "other_names": 2000}
_CALLED = {
    "first_name": "The first name", "family_name": "The family name", "known_as": "The name the child goes by",
    "home_address": "The home address", "other_names": "The list of other names", "case_number": "The case number",
}  # fmt: skip
_SEXES = ("M", "F", "U")


@dataclass(frozen=True, kw_only=True)
class ChildFacts:
    """Who a child is, as the borough knows it."""

    first_name: str
    family_name: str
    date_of_birth: date
    sex: str
    known_as: str = ""
    ethnicity: str | None = None
    home_address: str = ""
    home_postcode: str | None = None
    upn: str | None = None
    uln: str | None = None
    nhs_number: str | None = None
    case_number: str | None = None
    #: family, friends, social worker, school: names that may not stand in any text a provider reads, one on a line
    other_names: str = ""

    def read(self) -> "ChildFacts":
        """These facts in their normal forms; raises Invalid at the first that cannot be."""
        for name in ("first_name", "family_name"):
            if not getattr(self, name).strip():
                raise Invalid(f"Enter the child’s {name.replace('_', ' ')}.", name)
        for name, longest in _LONGEST.items():
            if len(getattr(self, name)) > longest:
                raise Invalid(f"{_CALLED[name]} can be {longest:,} characters at most.", name)
        _check_date_of_birth(self.date_of_birth)
        if self.sex not in _SEXES:
            raise Invalid("Choose boy, girl or not known.", "sex")
        if self.ethnicity and self.ethnicity not in code_list("ssda903_ethnicity"):
            raise Invalid("Choose an ethnicity from the list.", "ethnicity")
        texts = {name: getattr(self, name).strip() for name in _LONGEST}
        return replace(self, **texts, ethnicity=self.ethnicity or None, **self._numbers())

    def _numbers(self) -> dict[str, Any]:
        case_number = (self.case_number or "").strip()
        if len(case_number) > 40:
            raise Invalid("The case number can be 40 characters at most.", "case_number")
        return {
            "home_postcode": _existing_postcode(self.home_postcode),
            "upn": _identifier(upn, self.upn, "upn"),
            "uln": _identifier(uln, self.uln, "uln"),
            "nhs_number": _identifier(nhs_number, self.nhs_number, "nhs_number"),
            "case_number": case_number or None,
        }

    def changes(self, identity: Identity) -> dict[str, Any]:
        """Which of these facts differ from what is recorded."""
        return {name: value for name, value in asdict(self).items() if getattr(identity, name) != value}


def facts_of(identity: Identity) -> ChildFacts:
    """The recorded facts, for a form to show."""
    return ChildFacts(**{field.name: getattr(identity, field.name) for field in fields(ChildFacts)})


def _check_date_of_birth(born: date) -> None:
    today = clock.today()
    if born > today:
        raise Invalid("The date of birth is in the future. Check the year.", "date_of_birth")
    if (today.year - born.year, (today.month, today.day)) > (OLDEST, (born.month, born.day)):
        raise Invalid(f"The date of birth is over {OLDEST} years ago. Check the year.", "date_of_birth")


def _identifier(normal: Callable[[str], str], typed: str | None, field: str) -> str | None:
    if not typed or not typed.strip():
        return None
    try:
        return normal(typed)
    except NotAnIdentifier as wrong:
        raise Invalid(str(wrong), field) from None


def _existing_postcode(typed: str | None) -> str | None:
    """The postcode in its normal form. Where no postcodes are loaded, only its form can be judged."""
    if not typed or not typed.strip():
        return None
    try:
        place = place_of(db.session(), typed)
    except NotAPostcode as wrong:
        raise Invalid(str(wrong), "home_postcode") from None
    if place is not None:
        return place.postcode
    if db.session.query(Postcode.postcode).limit(1).first() is None:
        return postcode(typed)
    raise Invalid(
        f"There is no postcode {typed.strip().upper()}. Check it against the child’s record.", "home_postcode"
    )
