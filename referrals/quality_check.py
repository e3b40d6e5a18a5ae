"""The quality check before publication: what is missing, what cannot be right, what is out of date, what gives the child away.

Pure: from the form, the answers, who the child is and the day. A finding is mended, or justified with a reason that stands
beside it for the manager who approves. What is missing cannot be justified away.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from foundation.formatting import day_plain
from foundation.permission import NotFound
from referrals.answer import RISK_PRESENT, asked_and_answered, in_words, missing
from referrals.child import Identity
from referrals.identifying_text import Known, known_of, matches
from referrals.question_set import Answers, QuestionSet, Sight

#: Characters shown on each side of what is marked.
_AROUND = 40


class FindingKind(StrEnum):
    """What is wrong."""

    IDENTIFYING_TEXT = "Identifying text"
    RISK_WITHOUT_HELP = "Risk without help"
    CONTRADICTION = "Contradiction"
    OUT_OF_DATE = "Out of date"
    MISSING = "Still to answer"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend or to justify: where it stands, a sentence, and the text around it with the part that is meant."""

    kind: FindingKind
    question: str
    where: str
    section: str
    says: str
    before: str = ""
    marked: str = ""
    after: str = ""

    @property
    def key(self) -> str:
        """The same finding has the same key as long as what was found stays the same."""
        return hashlib.sha256(f"{self.kind}|{self.question}|{self.marked or self.says}".encode()).hexdigest()[:16]

    @property
    def is_justifiable(self) -> bool:
        """Whether a reason can let it stand."""
        return self.kind is not FindingKind.MISSING


@dataclass(frozen=True, slots=True)
class Quality:
    """What the check found, and which of it was justified."""

    findings: tuple[Finding, ...]
    justified: dict[str, str]

    @property
    def missing(self) -> list[Finding]:
        """Questions that must still be answered."""
        return [finding for finding in self.findings if finding.kind is FindingKind.MISSING]

    @property
    def to_mend(self) -> list[Finding]:
        """Everything else that is neither mended nor justified."""
        return [each for each in self.findings if each.is_justifiable and each.key not in self.justified]

    @property
    def let_stand(self) -> list[tuple[Finding, str]]:
        """What was justified, with its reason."""
        return [(each, self.justified[each.key]) for each in self.findings if each.key in self.justified]

    @property
    def is_ready(self) -> bool:
        """Whether nothing stands in the way of publication."""
        return not self.missing and not self.to_mend

    def finding(self, key: str) -> Finding:
        """The finding of that key; NotFound where it was mended meanwhile, or cannot be justified."""
        for finding in self.findings:
            if finding.key == key and finding.is_justifiable:
                return finding
        raise NotFound

    def in_section(self, key: str) -> list[Finding]:
        """What is to mend on one page of the form."""
        return [finding for finding in self.to_mend if finding.section == key]


def check(
    form: QuestionSet, answers: Answers, identity: Identity, today: date, justified: dict[str, str] | None = None
) -> Quality:
    """Everything the check finds, in the order in which it is to be mended."""
    names = [
        str(answers[question.key]) for question in form.questions if question.identifies and answers.get(question.key)
    ]
    findings = (
        *_identifying(form, answers, known_of(identity, names)),
        *_risks(form, answers),
        *_contradictions(form, {**answers, **reckoned(form, answers, identity, today)}),
        *_out_of_date(form, answers, today),
        *_missing(form, answers),
    )
    return Quality(findings, dict(justified or {}))


def reckoned(form: QuestionSet, answers: Answers, identity: Identity, today: date) -> dict[str, Any]:
    """What contradictions may ask about that nobody typed: age on the day needed, days until then, a need named twice."""
    [needed, *_] = [*(answers.get(question.key) for question in form.feeding("needed_by")), None]
    day = date.fromisoformat(needed) if needed else None
    must = [
        answers.get(question.key) for question in form.feeding("must") if isinstance(answers.get(question.key), str)
    ]
    return {
        "age": identity.age_on(day or today),
        "days_until_needed": (day - today).days if day else None,
        "needs_repeated": len(must) - len(set(must)),
    }


def months_between(earlier: date, later: date) -> int:
    """Whole months from one day to another."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month - (later.day < earlier.day)


def _identifying(form: QuestionSet, answers: Answers, known: list[Known]) -> Iterator[Finding]:
    for question, answer in asked_and_answered(form, answers):
        if question.is_free_text and question.opens_to is Sight.INVITED and answer:
            told: set[str] = set()
            for match in matches(answer, known):
                marked = answer[match.start : match.end]
                if marked not in told:
                    told.add(marked)
                    yield Finding(
                        FindingKind.IDENTIFYING_TEXT, question.key, question.label, form.section_of(question.key).key,
                        f"It reads like {match.what}.", _before(answer, match.start), marked, _after(answer, match.end),
                    )  # fmt: skip


def _before(text: str, at: int) -> str:
    cut = text[max(0, at - _AROUND) : at]
    return "…" + cut.partition(" ")[2] if at > _AROUND else cut


def _after(text: str, at: int) -> str:
    cut = text[at : at + _AROUND]
    return cut.rpartition(" ")[0] + "…" if len(text) > at + _AROUND else cut


def _risks(form: QuestionSet, answers: Answers) -> Iterator[Finding]:
    for question, answer in asked_and_answered(form, answers):
        if question.helped_by and answer == RISK_PRESENT and not answers.get(question.helped_by):
            section = form.section_of(question.key).key
            yield Finding(
                FindingKind.RISK_WITHOUT_HELP, question.helped_by, question.label, section,
                f"“{question.label}” is a risk, and nothing says what helps.",
            )  # fmt: skip


def _contradictions(form: QuestionSet, answers: Answers) -> Iterator[Finding]:
    for contradiction in form.contradictions:
        if all(term.holds(answers) for term in contradiction.terms):
            asked = next((term.question for term in contradiction.terms if term.question in _keys(form)), None)
            question = form.question(asked or form.feeding("must")[0].key)
            yield Finding(
                FindingKind.CONTRADICTION,
                question.key,
                question.label,
                form.section_of(question.key).key,
                contradiction.says,
            )
    twice = sorted(_fed(form, answers, "must") & _fed(form, answers, "desirable"))
    if twice:
        question = form.feeding("desirable")[0]
        named = in_words(question, twice)
        yield Finding(
            FindingKind.CONTRADICTION, question.key, question.label, form.section_of(question.key).key,
            f"{named}: named among what must be met and again among the rest.",
        )  # fmt: skip


def _keys(form: QuestionSet) -> set[str]:
    return {question.key for question in form.questions}


def _fed(form: QuestionSet, answers: Answers, feeds: str) -> set[str]:
    given = (answers.get(question.key) for question in form.feeding(feeds))
    return {code for answer in given if answer for code in (answer if isinstance(answer, list) else [answer])}


def _out_of_date(form: QuestionSet, answers: Answers, today: date) -> Iterator[Finding]:
    for question, answer in asked_and_answered(form, answers):
        if question.out_of_date_after and answer:
            on = date.fromisoformat(answer)
            if months_between(on, today) >= question.out_of_date_after:
                yield Finding(
                    FindingKind.OUT_OF_DATE, question.key, question.label, form.section_of(question.key).key,
                    f"{day_plain(on)} is over {question.out_of_date_after} months ago.",
                )  # fmt: skip


def _missing(form: QuestionSet, answers: Answers) -> Iterator[Finding]:
    for question in missing(form, answers):
        section = form.section_of(question.key).key
        yield Finding(FindingKind.MISSING, question.key, question.label, section, "Needed to publish.")
