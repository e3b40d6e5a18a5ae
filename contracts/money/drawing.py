"""The charts of Money: a year by month, and the way from a budget to its outturn."""

from decimal import Decimal

from markupsafe import Markup

from contracts.money.explaining import Explanation
from contracts.money.forecasting import Forecast
from contracts.money.supposing import Supposed
from foundation import charts
from foundation.formatting import money, pounds

MONTHS = ("Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar")


def thousands(amount: Decimal | float) -> float:
    """For a drawing: pounds in thousands. Figures beside it are exact."""
    return float(amount) / 1000


def by_month(found: Forecast) -> Markup:
    """The year's cost by month: what was borne already, and what is forecast."""
    past = found.past_by_month
    actual = [thousands(amount) for amount in past]
    expected = [thousands(whole - amount) for whole, amount in zip(found.by_month, past, strict=True)]
    title = f"{found.year} by month: {pounds(found.to_date)} borne so far, {pounds(found.to_come)} to come, {pounds(found.outturn)} in all."
    return charts.for_page(
        charts.stacked, title, MONTHS, [("Borne so far", actual), ("To come", expected)], unit="£ thousand", write="{:,.0f}".format
    )  # fmt: skip


def from_budget(told: Explanation) -> Markup:
    """The waterfall from budget to outturn."""
    rows = [] if told.budget is None else [("Budget", thousands(told.budget), True)]
    rows += [(step.name, thousands(step.adds), False) for step in told.steps if step.adds]
    rows.append(("Forecast outturn", thousands(told.outturn), True))
    start = "nought" if told.budget is None else f"a budget of {money(told.budget)}"
    title = f"From {start} to an outturn of {money(told.outturn)}, in thousands of pounds."
    return charts.for_page(charts.waterfall, title, rows, write=_signed)


def supposed_by_step(found: Supposed) -> Markup:
    """From the forecast to what it would be."""
    rows = [("Forecast now", thousands(found.now.outturn), True)]
    rows += [(effect.name, thousands(effect.amount), False) for effect in found.effects if effect.amount]
    rows.append(("What if", thousands(found.outturn), True))
    title = f"From a forecast of {money(found.now.outturn)} to {money(found.outturn)}, in thousands of pounds."
    return charts.for_page(charts.waterfall, title, rows, write=_signed)


def _signed(figure: float) -> str:
    return f"{'−' if figure < 0 else ''}{abs(figure):,.0f}"
