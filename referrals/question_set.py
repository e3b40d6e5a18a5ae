"""Question sets: what a lot's referral form asks, declared once in `forms/*.yaml` and read here into frozen values.

One declaration drives the pages, the summary, the validation, the preview and the profile that providers read. A file is named
for its form and its version (`residential.1.yaml`); a referral keeps the version it was drafted on, so a change to the
questions is a new file. Sections that several forms share stand in `shared.1.yaml` and are taken by name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from marketplace.code_lists import choices
from marketplace.needs import needs_of

FOLDER = Path(__file__).parent / "forms"

Answers = Mapping[str, Any]


class QuestionSetFault(ValueError):
    """A declaration that cannot be meant; found by the tests, never by a person filling in the form."""


class Kind(StrEnum):
    """What an answer looks like, and so how it is asked for and kept."""

    TEXT = "text"
    LONG_TEXT = "long text"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes/no"
    DATE = "date"
    NUMBER = "number"
    NEEDS = "needs"


class Sight(StrEnum):
    """Who may see an answer, and from which step."""

    BOROUGH = "borough"
    INVITED = "invited"
    AWARDED = "awarded"


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers to choose from."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Condition:
    """A question is asked only where another one was answered in one of these ways."""

    question: str
    answers: tuple[str, ...]

    def holds(self, answers: Answers) -> bool:
        """Whether it was answered so."""
        return bool(set(listed(answers.get(self.question))) & set(self.answers))


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of a form."""

    key: str
    label: str
    kind: Kind
    options: tuple[Option, ...] = ()
    help: str = ""
    when: Condition | None = None
    required: bool = False
    opens_to: Sight = Sight.INVITED
    #: the field of a national standard that the answer fills: PlacementRequirements.pets
    standard: str = ""
    #: what Harbour itself reads from the answer: needed_by, expected_weeks, voice, must, desirable, sibling_count, wishes
    feeds: str = ""
    #: the answer names a place or person that may not stand in any text a provider reads
    identifies: bool = False
    #: for a risk: the question that says what helps, and the answer that says the risk is there
    helped_by: str = ""
    #: months after which a dated report is too old to go by
    out_of_date_after: int | None = None
    lowest: int | None = None
    highest: int | None = None
    decimals: int = 0
    longest: int = 0

    def is_asked(self, answers: Answers) -> bool:
        """Whether the other answers make this question one to be asked."""
        return self.when is None or self.when.holds(answers)

    @property
    def is_free_text(self) -> bool:
        """Whether people write what they like, names included."""
        return self.kind in (Kind.TEXT, Kind.LONG_TEXT)

    def label_of(self, code: str) -> str:
        """A chosen answer in words."""
        return next((option.label for option in self.options if option.code == code), code)


@dataclass(frozen=True, slots=True)
class Section:
    """A page of the form."""

    key: str
    title: str
    group: str
    hint: str
    questions: tuple[Question, ...]

    @property
    def is_for_borough_only(self) -> bool:
        """Whether nothing on the page ever leaves the borough."""
        return all(question.opens_to is Sight.BOROUGH for question in self.questions)


@dataclass(frozen=True, slots=True)
class Term:
    """Part of a contradiction: an answer is one of these, or a number is over or under a limit."""

    question: str
    answers: tuple[str, ...] = ()
    over: int | None = None
    under: int | None = None

    def holds(self, answers: Answers) -> bool:
        """Whether the answers, or what is reckoned from them, are so."""
        given = answers.get(self.question)
        if given is None:
            return False
        if self.answers:
            return bool(set(listed(given)) & set(self.answers))
        figure = int(given)
        return (self.over is None or figure > self.over) and (self.under is None or figure < self.under)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Answers that cannot all be right, and the sentence that says so."""

    says: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A form in one version."""

    key: str
    version: int
    title: str
    sections: tuple[Section, ...]
    contradictions: tuple[Contradiction, ...]
    #: fields of a standard that need no question, and where Harbour takes them from
    filled_by_harbour: Mapping[str, str]

    @property
    def questions(self) -> Iterator[Question]:
        """Every question, in the order of the form."""
        return (question for section in self.sections for question in section.questions)

    def question(self, key: str) -> Question:
        """The question of that key; KeyError where there is none."""
        for question in self.questions:
            if question.key == key:
                return question
        raise KeyError(key)

    def section(self, key: str) -> Section | None:
        """The section of that key."""
        return next((section for section in self.sections if section.key == key), None)

    def section_of(self, key: str) -> Section:
        """The section in which a question stands."""
        return next(section for section in self.sections if any(each.key == key for each in section.questions))

    def feeding(self, what: str) -> list[Question]:
        """The questions from which Harbour reads that."""
        return [question for question in self.questions if question.feeds == what]

    def groups(self) -> dict[str, list[Section]]:
        """The sections under their headings."""
        grouped: dict[str, list[Section]] = {}
        for section in self.sections:
            grouped.setdefault(section.group, []).append(section)
        return grouped


def listed(answer: Any) -> list[str]:
    """An answer as the codes in it: none, one or several."""
    if answer is None or answer == "":
        return []
    return [str(code) for code in answer] if isinstance(answer, list) else [str(answer)]


def latest_version(key: str) -> int:
    """The version of a form that a new referral is drafted on."""
    versions = [int(path.name.split(".")[1]) for path in FOLDER.glob(f"{key}.*.yaml")]
    if not versions:
        raise QuestionSetFault(f"There is no form {key!r}.")
    return max(versions)


@lru_cache(maxsize=64)
def question_set(key: str, version: int) -> QuestionSet:
    """A form in one of its versions."""
    declared = _declaration(key, version)
    sections = tuple(_section(each, key, declared) for each in declared["sections"])
    made = QuestionSet(
        key=key,
        version=version,
        title=declared["title"],
        sections=sections,
        contradictions=tuple(_contradiction(each) for each in declared.get("contradictions", [])),
        filled_by_harbour=dict(declared.get("filled_by_harbour", {})),
    )
    _check(made)
    return made


@lru_cache(maxsize=64)
def _declaration(key: str, version: int) -> dict[str, Any]:
    """A file as it stands, read once: nobody changes what is read here."""
    declared: dict[str, Any] = yaml.safe_load((FOLDER / f"{key}.{version}.yaml").read_text(encoding="utf-8"))
    return declared


def _section(declared: dict[str, Any], form: str, of: dict[str, Any]) -> Section:
    if "use" in declared:
        shared = _declaration("shared", of["shared"])["sections"]
        declared = {**shared[declared["use"]], "key": declared["use"], **declared}
    questions = tuple(_question(each, form) for each in declared["questions"])
    return Section(declared["key"], declared["title"], declared["group"], declared.get("hint", ""), questions)


def _question(declared: dict[str, Any], form: str) -> Question:
    kind = Kind(declared["kind"])
    particulars = {**declared, "kind": kind, "options": _options(declared, kind, form)}
    particulars.pop("codes", None)
    particulars["opens_to"] = Sight(declared.get("opens_to", Sight.INVITED))
    if "when" in declared:
        [(question, answers)] = declared["when"].items()
        particulars["when"] = Condition(question, tuple(listed(answers)))
    particulars.setdefault("longest", {Kind.TEXT: 200, Kind.LONG_TEXT: 4000}.get(kind, 0))
    return Question(**particulars)


def _options(declared: dict[str, Any], kind: Kind, form: str) -> tuple[Option, ...]:
    if kind is Kind.YES_NO:
        return (Option("yes", "Yes"), Option("no", "No"))
    if kind is Kind.NEEDS:
        return tuple(Option(code, label) for code, label in needs_of(form))
    if "codes" in declared:
        return tuple(Option(code, label) for code, label in choices(declared["codes"]))
    return tuple(
        Option(*next(iter(each.items()))) if isinstance(each, dict) else Option(each, each)
        for each in declared.get("options", [])
    )


def _contradiction(declared: dict[str, Any]) -> Contradiction:
    terms = (
        Term(each["question"], tuple(listed(each.get("is"))), each.get("over"), each.get("under"))
        for each in declared["all"]
    )
    return Contradiction(declared["says"], tuple(terms))


def _check(made: QuestionSet) -> None:
    keys = [question.key for question in made.questions]
    if len(keys) != len(set(keys)):
        raise QuestionSetFault(f"{made.key} asks one question twice.")
    known = {question.key: question for question in made.questions}
    for question in made.questions:
        if question.kind in (Kind.CHOICE, Kind.CHOICES) and not question.options:
            raise QuestionSetFault(f"{question.key} has nothing to choose from.")
        if question.helped_by and question.helped_by not in known:
            raise QuestionSetFault(f"{question.key} is helped by a question that is not there.")
        if question.when:
            codes = {option.code for option in known[question.when.question].options}
            if not set(question.when.answers) <= codes:
                raise QuestionSetFault(f"{question.key} waits for an answer that cannot be given.")
