"""Finding out whether a text gives a child away: names, addresses, places and numbers that may not leave the borough.

It looks for what is recorded of this child, and for anything shaped like a postcode, a telephone number, an e-mail address,
an NHS number, a UPN or a ULN. It cannot know every name in the world: a person still reads the preview.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from foundation.identifiers import NotAnIdentifier, nhs_number, uln, upn
from referrals.child import Identity

#: Names that are also words: counted only where they are written with a capital.
_WORDS = """
ace amber angel art bill bliss blue brook chance chase dale dawn drew faith frank gene grace grant harmony heath honey hope
hunter ivy jade jasmine joy june lane lily mark may melody miles nova olive peace pearl precious prince princess rain ray
river robin rocky rose ruby rusty sky skye stormy summer sunny unique victor violet will willow wren young
"""
NAMES_THAT_ARE_WORDS = frozenset(_WORDS.split())
#: Words in an address or the name of a school that give nobody away by themselves.
_GENERAL = """
academy and aunt avenue brother close college cousin court crescent dad drive father flat friend gardens grandad grandfather
grandma grandmother grove high hill house infant junior lane london miss mother mr mrs ms mum nan nana of park place primary
road saint school secondary sister social special street terrace the uncle way worker
"""
_COMMON = frozenset(_GENERAL.split())

_SHAPES: tuple[tuple[str, str], ...] = (
    ("a postcode", r"\b(?:[A-Z]{1,2}\d[A-Z\d]?\s?\d[ABD-HJLNP-UW-Z]{2})\b"),
    ("an e-mail address", r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b"),
    ("a telephone number", r"(?<!\d)(?:\+44\s?|\(?0)(?:\d[\s()-]*){8,9}\d(?!\d)"),
)
_NUMBERS = (
    ("an NHS number", r"(?<!\d)\d{3}[\s-]?\d{3}[\s-]?\d{4}(?!\d)", nhs_number),
    ("a UPN", r"\b[A-Z]\d{11}[\dA-Z]\b", upn),
    ("a ULN", r"(?<!\d)[1-9]\d{9}(?!\d)", uln),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Match:
    """A stretch of a text that gives away who the child is, and what it is taken for."""

    start: int
    end: int
    what: str


@dataclass(frozen=True, slots=True)
class Known:
    """Words recorded of the child that may not stand in a text, and what each of them is."""

    what: str
    words: str
    capital_only: bool = False

    def pattern(self) -> re.Pattern[str]:
        """Finds the words in any case and spacing; a name that is also a word only with its capital."""
        spaced = r"[\s,]+".join(re.escape(word) for word in re.split(r"[\s,]+", self.words) if word)
        return re.compile(rf"(?<!\w){spaced}(?!\w)", 0 if self.capital_only else re.IGNORECASE)


def known_of(identity: Identity, others: Iterable[str] = ()) -> list[Known]:
    """What must not stand in any text about this child. `others`: names given on the form, such as the school's."""
    names = [*_names("the child’s name", identity.first_name, identity.family_name, identity.known_as)]
    named = re.split(r"[\n;,]+", identity.other_names)
    families = [each for name in named for each in _phrase("a name from the child’s record", name)]
    places = [each for name in others for each in _phrase("the school’s name", name)]
    address = [each for line in re.split(r"[\n,]+", identity.home_address) for each in _address(line)]
    return [*names, *families, *places, *address, *_numbers(identity)]


def matches(text: str, known: Iterable[Known]) -> list[Match]:
    """Every stretch of the text that gives the child away, longest first where they overlap, in the order of the text."""
    found = [*_recorded(text, known), *_shaped(text)]
    kept: list[Match] = []
    for match in sorted(found, key=lambda each: (each.start - each.end, each.start)):
        if all(match.end <= other.start or match.start >= other.end for other in kept):
            kept.append(match)
    return sorted(kept, key=lambda each: each.start)


def _recorded(text: str, known: Iterable[Known]) -> Iterator[Match]:
    for each in known:
        for found in each.pattern().finditer(text):
            yield Match(found.start(), found.end(), each.what)


def _shaped(text: str) -> Iterator[Match]:
    for what, shape, check in _NUMBERS:
        for found in re.finditer(shape, text):
            if _is_one(check, found.group()):
                yield Match(found.start(), found.end(), what)
    for what, shape in _SHAPES:
        for found in re.finditer(shape, text, re.IGNORECASE):
            yield Match(found.start(), found.end(), what)


def _is_one(check: object, typed: str) -> bool:
    assert callable(check)
    try:
        check(typed)
    except NotAnIdentifier:
        return False
    return True


def _names(what: str, *names: str) -> Iterator[Known]:
    for name in names:
        for part in {name.strip(), *re.split(r"[\s-]+", name.strip())}:
            if len(part) > 1:
                lower = part.casefold()
                is_word = lower in NAMES_THAT_ARE_WORDS
                yield Known(what, part.capitalize() if is_word else part, capital_only=is_word)


def _phrase(what: str, name: str) -> Iterator[Known]:
    """The whole of a name, and each word of it that could stand for the whole."""
    name = name.strip()
    if len(name) < 2:
        return
    yield Known(what, name)
    for word in re.split(r"[\s-]+", re.sub(r"[^\w\s’'-]", "", name)):
        if len(word) > 2 and word.casefold() not in _COMMON:
            is_word = word.casefold() in NAMES_THAT_ARE_WORDS or not word[0].isupper()
            yield Known(what, word, capital_only=is_word)


def _address(line: str) -> Iterator[Known]:
    line = line.strip()
    street = re.sub(r"^(?:flat\s+)?[\d/-]+\w?\s+", "", line, flags=re.IGNORECASE)
    for words in {line, street}:
        if len(words) > 4 and words.casefold() not in _COMMON | {"croydon", "bromley"}:
            yield Known("the home address", words)


def _numbers(identity: Identity) -> Iterator[Known]:
    born = identity.date_of_birth
    forms = (f"{born:%d/%m/%Y}", f"{born.day}/{born.month}/{born.year}", f"{born:%d.%m.%Y}", f"{born.day} {born:%B %Y}")
    yield from (Known("the date of birth", form) for form in forms)
    if identity.case_number and len(identity.case_number) > 3:
        yield Known("the case number", identity.case_number)
    if identity.home_postcode:
        yield Known("the home postcode", identity.home_postcode)
