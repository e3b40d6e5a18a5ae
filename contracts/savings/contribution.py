"""What a borough gets for its contribution: savings delivered ÷ contribution paid, by project and year, and since joining.

The contribution of a year is the yearly one × days of membership ÷ days of the year, to the penny; of the running year the days up to
today, as the savings are. Only approved savings that are delivered are set against it.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select

from contracts.savings.ledger import Entry
from contracts.savings.saving import Benefit, Rating
from foundation.database import db
from foundation.money import to_penny
from foundation.quarters import FinancialYear
from marketplace.costing import NOUGHT
from marketplace.organisation import Organisation, PartnershipMember


@dataclass(frozen=True, slots=True)
class Return:
    """Savings against contribution over a year, or since joining, of a borough in a project."""

    borough: str
    project: str
    #: None: since joining
    year: FinancialYear | None
    contribution: Decimal
    cashable: Decimal
    avoided: Decimal

    @property
    def name(self) -> str:
        """Croydon, LAC, 2026-27; since joining without a year."""
        return ", ".join([self.borough, self.project, *([str(self.year)] if self.year else [])])

    @property
    def saved(self) -> Decimal:
        """Cashable and avoided together."""
        return self.cashable + self.avoided

    @property
    def percent(self) -> Decimal | None:
        """Savings ÷ contribution, in per cent; None where nothing was contributed, so that nothing can be divided by it."""
        return Decimal(100) * self.saved / self.contribution if self.contribution else None


@dataclass(frozen=True, slots=True)
class Membership:
    """A stretch of membership in a project, at a yearly contribution."""

    authority_id: uuid.UUID
    borough: str
    project: str
    joined_on: date
    left_on: date | None
    yearly: Decimal

    def contribution(self, year: FinancialYear, today: date) -> Decimal:
        """What falls on the year: the yearly contribution for its days of membership up to today."""
        last = min(day for day in (self.left_on, year.day_after, today) if day is not None)
        days = (last - max(self.joined_on, year.first_day)).days
        return to_penny(Fraction(self.yearly) * max(days, 0) / year.days)


def memberships(authority_id: uuid.UUID | None = None) -> list[Membership]:
    """The memberships that the reader may see: of one borough, or of all."""
    member = PartnershipMember
    of = select(member, Organisation).join(Organisation, Organisation.id == member.authority_id)
    if authority_id:
        of = of.where(member.authority_id == authority_id)
    rows = db.session.execute(of.order_by(Organisation.name, member.project, member.joined_on))
    return [
        Membership(m.authority_id, borough.short_name, m.project, m.joined_on, m.left_on, m.yearly_contribution)
        for m, borough in rows
    ]  # fmt: skip


def returns(members: Sequence[Membership], counted: Iterable[Entry], today: date) -> list[Return]:
    """Of each borough and project: a row for each year since joining, and one since joining."""
    saved = _delivered(counted)
    grouped: dict[tuple[uuid.UUID, str], list[Membership]] = defaultdict(list)
    for member in members:
        if member.joined_on < today:
            grouped[member.authority_id, member.project].append(member)
    found: list[Return] = []
    for (authority_id, project), stretches in grouped.items():
        years = [_of_year(authority_id, project, stretches, year, saved, today) for year in _years(stretches, today)]
        found += [*years, replace(_together(project, None, years), borough=stretches[0].borough)]
    return found


def of_all(found: Sequence[Return]) -> list[Return]:
    """The same of all boroughs together: by project, each year and since joining."""
    grouped: dict[tuple[str, FinancialYear | None], list[Return]] = defaultdict(list)
    for each in found:
        grouped[each.project, each.year].append(each)
    return [
        _together(project, year, grouped[project, year]) for project, year in sorted(grouped, key=_by_project_and_year)
    ]


def _by_project_and_year(group: tuple[str, FinancialYear | None]) -> tuple[str, int]:
    project, year = group
    return project, year.start_year if year else 0


def _together(project: str, year: FinancialYear | None, parts: Sequence[Return]) -> Return:
    return Return(
        "All boroughs", project, year, sum((each.contribution for each in parts), NOUGHT),
        sum((each.cashable for each in parts), NOUGHT), sum((each.avoided for each in parts), NOUGHT),
    )  # fmt: skip


def _of_year(
    authority_id: uuid.UUID, project: str, stretches: Sequence[Membership], year: FinancialYear,
    saved: dict[tuple[uuid.UUID, str, FinancialYear, Benefit], Decimal], today: date,
) -> Return:  # fmt: skip
    return Return(
        stretches[0].borough, project, year, sum((each.contribution(year, today) for each in stretches), NOUGHT),
        saved[authority_id, project, year, Benefit.CASHABLE], saved[authority_id, project, year, Benefit.AVOIDED],
    )  # fmt: skip


def _years(stretches: Sequence[Membership], today: date) -> list[FinancialYear]:
    year = FinancialYear.of(min(each.joined_on for each in stretches))
    years = [year]
    while (year := year.next()) <= FinancialYear.of(today):
        years.append(year)
    return years


def _delivered(counted: Iterable[Entry]) -> dict[tuple[uuid.UUID, str, FinancialYear, Benefit], Decimal]:
    sums: dict[tuple[uuid.UUID, str, FinancialYear, Benefit], Decimal] = defaultdict(lambda: NOUGHT)
    for entry in counted:
        saving = entry.saving
        for figure in entry.figures:
            if figure.rating is Rating.GREEN_DELIVERED:
                sums[saving.authority_id, saving.project, figure.year, saving.benefit] += figure.amount
    return sums
