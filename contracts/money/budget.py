"""The budget: what a borough sets aside for a service in a financial year. Every revision is a row of its own that nobody changes."""

import uuid
from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation import clock
from foundation.database import Base, Keyed, Pounds
from foundation.quarters import FinancialYear

#: Per cent over the budget from which a forecast stands in *Your work*, unless a revision says otherwise.
USUAL_TOLERANCE = Decimal("5.00")


class Budget(Keyed, Base):
    """One revision of a borough's budget for a service and year; the highest number counts."""

    __tablename__ = "budgets"
    __table_args__ = (
        UniqueConstraint("authority_id", "service", "year", "number", name="uq_budgets_one_revision"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("number > 0", name="counted_from_one"),
        CheckConstraint("tolerance BETWEEN 0 AND 100", name="tolerance_within_100"),
        CheckConstraint("length(trim(reason)) > 0", name="set_for_a_reason"),
        CheckConstraint("year ~ '^[0-9]{4}-[0-9]{2}$'", name="year_is_written_2026_27"),
    )

    authority_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    #: the key of the lots that it pays for: residential, fostering, special_school, interventions
    service: Mapped[str]
    #: a financial year: 2026-27
    year: Mapped[str]
    #: 1 when it is set, one more with each revision
    number: Mapped[int]
    #: what the borough may bear in the year: net, with the VAT that it does not get back
    amount: Mapped[Pounds]
    #: per cent over the budget from which the forecast is brought up in *Your work*
    tolerance: Mapped[Decimal] = mapped_column(default=USUAL_TOLERANCE)
    reason: Mapped[str]
    set_at: Mapped[datetime] = mapped_column(default=clock.now)
    set_by_id: Mapped[uuid.UUID | None]
    set_by_name: Mapped[str]

    @property
    def financial_year(self) -> FinancialYear:
        """Its year, to reckon with."""
        return FinancialYear.parse(self.year)
