"""A provider enters the terms of a setting: one school year at a time, whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from sqlalchemy import delete

from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.formatting import day_plain
from foundation.permission import Invalid
from foundation.states import hold
from foundation.submitting import say
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import authorise
from marketplace.setting import Setting
from marketplace.setting_term import SettingTerm, school_years_of
from marketplace.terms_of_year import in_words

say("ex_setting_terms_overlap", "This term overlaps one of another school year. Check its days.")

#: So many terms a school year has at most: three, each in two halves.
MOST_TERMS = 6
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TypedTerm:
    """A term as it was typed in a row of the form: its name, its first and its last day."""

    row: int
    name: str
    first_day: date
    last_day: date

    @property
    def ends_on(self) -> date:
        """The first day after it."""
        return self.last_day + ONE_DAY


def enter_terms(setting: Setting, school_year: int, terms: Sequence[TypedTerm], *, by: Actor) -> Setting:
    """A provider says on which days a setting's terms of one school year run, to charge by them; a term that has begun stands."""
    with transaction():
        authorise(by, Act.ENTER_TERMS, setting)
        hold(setting)
        kept = school_years_of(setting).get(school_year, [])
        _require_year(terms, school_year)
        _require_what_began(kept, terms)
        db.session.execute(delete(SettingTerm).where(SettingTerm.id.in_([term.id for term in kept])))
        db.session.add_all([_term(setting, school_year, term, kept) for term in terms])
        db.session.flush()
        record(
            Act.ENTER_TERMS, setting, by=by, before={term.name: [term.starts_on, term.ends_on] for term in kept},
            after={"school_year": in_words(school_year)} | {term.name: [term.first_day, term.ends_on] for term in terms},
        )  # fmt: skip
    return setting


def _term(setting: Setting, school_year: int, typed: TypedTerm, kept: Sequence[SettingTerm]) -> SettingTerm:
    """The row; the instant of its first entering is kept where its days are the same."""
    same = [term.entered_at for term in kept if (term.starts_on, term.ends_on) == (typed.first_day, typed.ends_on)]
    return SettingTerm(
        setting_id=setting.id, provider_id=setting.provider_id, school_year=school_year, name=typed.name,
        starts_on=typed.first_day, ends_on=typed.ends_on, entered_at=same[0] if same else clock.now(),
    )  # fmt: skip


def _require_year(terms: Sequence[TypedTerm], school_year: int) -> None:
    """Terms of the one school year, each after the one before it."""
    if not terms:
        raise Invalid("Enter at least one term.", "term_0_first")
    for term in terms:
        if term.last_day < term.first_day:
            raise Invalid(f"{term.name} would end before it begins. Check its days.", f"term_{term.row}_last")
        # some schools begin in the last days of August
        if not date(school_year, 8, 1) <= term.first_day <= term.last_day < date(school_year + 1, 9, 1):
            raise Invalid(f"Enter days of the school year {in_words(school_year)}.", f"term_{term.row}_first")
        if term.last_day < date(school_year, 9, 1):
            raise Invalid("A term ends after 31 August. Check the day.", f"term_{term.row}_last")
    for earlier, later in pairwise(sorted(terms, key=lambda term: term.first_day)):
        if later.first_day <= earlier.last_day:
            raise Invalid(
                f"{later.name} overlaps {earlier.name}, which ends on {day_plain(earlier.last_day)}. Enter a later day.",
                f"term_{later.row}_first",
            )


def _require_what_began(kept: Sequence[SettingTerm], terms: Sequence[TypedTerm]) -> None:
    """Fees have been charged by a term that has begun, so its days stand; a slip can be put right on the day it was entered."""
    if not kept or all(term.entered_at.astimezone(clock.LONDON).date() == clock.today() for term in kept):
        return
    stood = {(term.starts_on, term.ends_on): term.name for term in kept if term.starts_on <= clock.today()}
    stands = {(term.first_day, term.ends_on) for term in terms if term.first_day <= clock.today()}
    for (first_day, after), name in stood.items():
        if (first_day, after) not in stands:
            raise Invalid(
                f"{name} began on {day_plain(first_day)} and ends on {day_plain(after - ONE_DAY)}. Fees are charged by it,"
                " so its days stand."
            )
    for term in terms:
        if term.first_day <= clock.today() and (term.first_day, term.ends_on) not in stood:
            raise Invalid(
                "A term cannot be added to days that have passed. Enter a later day.", f"term_{term.row}_first"
            )
