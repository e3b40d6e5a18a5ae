"""Which financial years are closed: those that are over. Their accounts are made up, so nothing that changes them begins there.

The one place that says so: uplifts ask it before fees change, budgets before they are set or revised.
"""

from datetime import date

from foundation import clock
from foundation.formatting import day_plain
from foundation.permission import Invalid
from foundation.quarters import FinancialYear


def is_closed(year: FinancialYear) -> bool:
    """Whether the year is over."""
    return year < FinancialYear.of(clock.today())


def require_open_year(effective_on: date, field: str = "effective_on") -> None:
    """Refuse a day in a financial year that is closed."""
    if is_closed(FinancialYear.of(effective_on)):
        opens = FinancialYear.of(clock.today()).first_day
        raise Invalid(
            f"{day_plain(effective_on)} lies in a financial year that is closed. Enter {day_plain(opens)} or later.", field
        )  # fmt: skip
