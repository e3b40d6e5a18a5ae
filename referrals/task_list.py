"""Where the form of a referral stands: each section with its state, what to mend, what is missing, who saved last."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from foundation import clock
from foundation.database import db
from foundation.formatting import plural
from foundation.permission import NotFound
from marketplace.person import Person
from referrals import queries
from referrals.answer import asked_and_answered, in_words, missing
from referrals.child import Identity
from referrals.drafting import AnswersChanged
from referrals.profiling import form_of
from referrals.publishing import quality_of
from referrals.quality_check import Quality
from referrals.question_set import Answers, Section, Sight
from referrals.referral import Referral

COMPLETE, IN_PROGRESS, NOT_STARTED, NEEDS_MENDING = (
    ("ok", "Complete"), ("wait", "In progress"), ("none", "Not started"), ("warn", "Needs mending"),
)  # fmt: skip


@dataclass(frozen=True)
class Task:
    """A section in the task list."""

    section: Section
    badge: tuple[str, str]
    hint: str
    rows: list[tuple[str, str, Sight]]


@dataclass(frozen=True)
class TaskList:
    """The whole form of one referral."""

    title: str
    identity: Identity
    #: on the day needed
    age: int
    groups: dict[str, list[Task]]
    quality: Quality
    voice: str
    voice_note: str
    saved_at: datetime
    saved_by: str | None

    @property
    def tasks(self) -> list[Task]:
        """Every section, in order."""
        return [task for tasks in self.groups.values() for task in tasks]

    @property
    def complete(self) -> int:
        """How many sections are complete."""
        return sum(task.badge is COMPLETE for task in self.tasks)

    @property
    def next_task(self) -> Task | None:
        """The first section that still wants something."""
        return next((task for task in self.tasks if task.badge is not COMPLETE), None)


@dataclass(frozen=True)
class Both:
    """Two versions of a section: questions with what a colleague saved and what this person typed."""

    rows: list[tuple[str, str, str]]
    section: Section
    saved_by: str | None
    saved_at: datetime
    version: int


def task_list_of(referral: Referral) -> TaskList:
    """Where the form stands now."""
    form, saved = form_of(referral), queries.answers_of(referral)
    quality = quality_of(referral)
    groups = {
        group: [_task(section, saved.answers, quality) for section in sections]
        for group, sections in form.groups().items()
    }
    said = [saved.answers[question.key] for question in form.feeding("voice") if saved.answers.get(question.key)]
    asked = saved.answers.get("own_words_asked", "")
    identity = queries.identity_of_referral(referral)
    return TaskList(
        title=form.title, identity=identity, age=identity.age_on(referral.needed_by or clock.today()), groups=groups, quality=quality,
        voice=" ".join(said), voice_note=asked, saved_at=saved.saved_at, saved_by=_name_of(saved.saved_by_id),
    )  # fmt: skip


def section_of(referral: Referral, key: str) -> tuple[Section, Section | None]:
    """A section of the referral's form, and the one that follows it."""
    form = form_of(referral)
    section = form.section(key)
    if section is None:
        raise NotFound
    place = form.sections.index(section) + 1
    return section, form.sections[place] if place < len(form.sections) else None


def compared(referral: Referral, changed: AnswersChanged) -> Both:
    """What stands now beside what was typed, for each answer that differs."""
    form, theirs = form_of(referral), changed.theirs
    rows = [
        (
            form.question(key).label,
            in_words(form.question(key), theirs.answers.get(key)),
            in_words(form.question(key), mine),
        )
        for key, mine in changed.mine.items()
        if theirs.answers.get(key) != mine
    ]
    section = form.section_of(next(iter(changed.mine)))
    return Both(rows, section, _name_of(theirs.saved_by_id), theirs.saved_at, theirs.version)


def _task(section: Section, answers: Answers, quality: Quality) -> Task:
    given = [
        (question, answer) for question, answer in asked_and_answered(section, answers) if answer not in (None, "", [])
    ]
    lacking = missing(section, answers)
    rows = [(question.label, in_words(question, answer), question.opens_to) for question, answer in given]
    return Task(
        section,
        _badge(bool(quality.in_section(section.key)), bool(given), bool(lacking)),
        _hint(section, given, lacking),
        rows,
    )


def _badge(is_to_mend: bool, is_begun: bool, is_lacking: bool) -> tuple[str, str]:
    if is_to_mend:
        return NEEDS_MENDING
    if not is_begun:
        return NOT_STARTED
    return IN_PROGRESS if is_lacking else COMPLETE


def _hint(section: Section, given: list[Any], lacking: list[Any]) -> str:
    if given and lacking:
        return f"{plural(len(lacking), 'answer')} still needed to publish"
    if all(question.opens_to is Sight.BOROUGH for question in section.questions):
        return "Only your borough sees this"
    return section.hint


def _name_of(person_id: Any) -> str | None:
    return db.session.scalar(select(Person.name).where(Person.id == person_id)) if person_id else None
