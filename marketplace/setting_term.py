"""The terms of a setting as its provider entered them, and the reading of them for many settings at once."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, select, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation import clock
from foundation.database import Base, Keyed, db
from marketplace.setting import Setting
from marketplace.terms_of_year import Term, TermDates


class SettingTerm(Keyed, Base):
    """One term of a setting, half-terms included. Fees by the term and in term time are earned on its days."""

    __tablename__ = "setting_terms"
    __table_args__ = (
        ForeignKeyConstraint(["setting_id", "provider_id"], ["settings.id", "settings.provider_id"]),
        CheckConstraint("ends_on > starts_on", name="ends_after_starting"),
        # a term belongs to the school year in which it ends; some begin in the last days of August
        CheckConstraint(
            "starts_on >= make_date(school_year, 8, 1) AND ends_on > make_date(school_year, 9, 1)"
            " AND ends_on <= make_date(school_year + 1, 9, 1)",
            name="lies_in_its_school_year",
        ),
        ExcludeConstraint(
            ("setting_id", "="),
            (text("daterange(starts_on, ends_on)"), "&&"),
            name="ex_setting_terms_overlap",
        ),
        Index("ix_setting_terms_provider_id", "provider_id"),
    )

    setting_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID]
    #: the calendar year in whose September the school year begins
    school_year: Mapped[int]
    name: Mapped[str]
    starts_on: Mapped[date]
    #: the first day after the term
    ends_on: Mapped[date]
    entered_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def last_day(self) -> date:
        return self.ends_on - timedelta(days=1)


def terms_of(setting_ids: Iterable[uuid.UUID]) -> defaultdict[uuid.UUID, TermDates]:
    """The term dates of each of these settings, by one statement; a setting that has none has no terms."""
    asked = set(setting_ids)
    rows = select(SettingTerm.setting_id, SettingTerm.starts_on, SettingTerm.ends_on)
    return gathered(db.session.execute(rows.where(SettingTerm.setting_id.in_(asked))) if asked else ())


def school_years_of(setting: Setting) -> dict[int, list[SettingTerm]]:
    """A setting's terms by school year, the latest year first, each year's in order."""
    terms = select(SettingTerm).where(SettingTerm.setting_id == setting.id)
    by_year = defaultdict[int, list[SettingTerm]](list)
    for term in db.session.scalars(terms.order_by(SettingTerm.school_year.desc(), SettingTerm.starts_on)):
        by_year[term.school_year].append(term)
    return by_year


def gathered(rows: Iterable[Any]) -> defaultdict[uuid.UUID, TermDates]:
    """Rows of (whose, first day, day after) as the term dates of each.

    School years that nobody has entered are assumed from the known ones (`TermDates.knows` tells which).
    """
    found = defaultdict[uuid.UUID, list[Term]](list)
    for whose, starts_on, ends_on in rows:
        found[whose].append(Term(starts_on, ends_on))
    return defaultdict(TermDates, {whose: TermDates(tuple(terms)).assuming() for whose, terms in found.items()})
