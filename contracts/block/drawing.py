"""The chart of a block contract's occupancy: paid place-days month by month, taken and empty."""

from markupsafe import Markup

from contracts.block.occupancy import Occupancy
from foundation.charts import for_page, stacked

#: More months than these stand too close: the last ones are drawn, all of them are in the table.
MOST_MONTHS = 18


def occupancy_chart(occupancy: Occupancy) -> Markup:
    """The drawing; nothing before the first day."""
    shown = occupancy.months[-MOST_MONTHS:]
    if not shown:
        return Markup()
    return for_page(
        stacked, f"Places of {occupancy.contract.title}, month by month", [f"{month.first:%b}" for month in shown],
        [("Taken", [month.taken_days for month in shown]), ("Paid and empty", [month.empty_days for month in shown])],
        unit="place-days",
    )  # fmt: skip
