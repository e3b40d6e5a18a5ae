"""The pages of Money as tables for spreadsheets. A child stands in them by the pseudonymous reference."""

from collections.abc import Iterator

from contracts.money.accruing import Accruals
from contracts.money.explaining import Explanation
from contracts.money.outlook import Outlook
from contracts.money.stays import Stay
from contracts.money.words import STANDING_WORDS

_WHO = ("Agreement", "Child", "Provider", "Setting", "Bought by", "Standing", "Starts", "Ends")
FORECAST_HEADS = (
    "Service", *_WHO, "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar", "Borne so far (£)",
    "To come (£)", "Outturn (£)", "Days paid",
)  # fmt: skip
SHEET_HEADS = (
    *_WHO, "Fees of the first day (£)", "Ends (£)", "Fee changes (£)", "One-off fees (£)", "VAT not got back (£)", "Outturn (£)",
)  # fmt: skip

ACCRUAL_HEADS = (
    "Month", "Agreement", "Child", "Provider", "Setting", "Lot", "Bought by", "Net (£)", "VAT (£)", "Gross (£)", "Borne (£)",
    "Social care (£)", "Education (£)", "Health (£)",
)  # fmt: skip

Line = tuple[object, ...]


def forecast_lines(outlook: Outlook) -> Iterator[Line]:
    """Agreement by agreement, month by month."""
    for row in outlook.rows:
        for each in row.forecast.stays:
            so_far = each.to_date
            yield (row.name, *_who(each.stay), *each.months, so_far, each.outturn - so_far, each.outturn, each.days)


def sheet_lines(told: Explanation) -> Iterator[Line]:
    """Agreement by agreement, part by part."""
    for part in told.parts:
        yield (*_who(part.of.stay), part.first_fees, part.ends, part.changes, part.one_offs, part.vat, part.outturn)


def accrual_lines(found: Accruals) -> Iterator[Line]:
    """Month by month, agreement by agreement."""
    for row in sorted(found.rows, key=lambda row: (row.month, row.spend.reference)):
        spend, charge = row.spend, row.charge
        yield (
            f"{row.month:%Y-%m}", spend.reference, row.child, spend.provider, row.setting, spend.lot, spend.bought_by, charge.net,
            charge.vat, charge.gross, charge.borne, charge.social_care, charge.education, charge.health,
        )  # fmt: skip


def _who(stay: Stay) -> Line:
    return (
        stay.reference, stay.child, stay.provider, stay.setting, stay.bought_by, STANDING_WORDS[stay.standing], stay.starts_on,
        stay.ends_on,
    )  # fmt: skip
