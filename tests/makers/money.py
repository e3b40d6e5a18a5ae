"""Stays without a database, for the arithmetic of forecasts."""

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

from contracts.money.stays import Standing, Stay, cut_at
from marketplace.fee_line import FeeKind, FeeLine, Unit


def a_fee(amount: str | int = 4000, starts: date = date(2018, 9, 3), **facts: Any) -> FeeLine:
    """A core fee by the week."""
    usual: dict[str, Any] = {"kind": FeeKind.CORE, "label": "Core fee", "unit": Unit.WEEK}
    return FeeLine(amount=Decimal(amount), starts=starts, **(usual | facts))


def a_stay(*lines: FeeLine, starts: date | None = None, ends: date | None = None, **facts: Any) -> Stay:
    """A stay with these fees, from their first day unless it is said."""
    usual: dict[str, Any] = {
        "reference": "CRO-0000-00", "child": "CH-0000-00", "authority_id": uuid.UUID(int=1), "authority": "Croydon",
        "provider": "Oakfield", "setting": "Rowan House", "service": "residential", "bought_by": "framework",
        "standing": Standing.RUNNING,
    }  # fmt: skip
    begins = starts or min(line.starts for line in lines)
    return Stay(starts_on=begins, ends_on=ends, lines=tuple(cut_at(list(lines), ends)), **(usual | facts))
