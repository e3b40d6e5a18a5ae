"""Makers of variations, through the real verbs."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import inspect

from contracts.agreement import Agreement
from contracts.varying.proposing import propose_variation
from contracts.varying.variation import Change, FeeChange, Proposal, Variation
from foundation import clock
from foundation.database import db
from marketplace.actor import Actor
from marketplace.fee_line import FeeKind, FeeLine, Unit
from tests.makers.contracts import CORE, Deal, a_deal, a_placement, as_read_by
from tests.makers.standing import acting

CORE_LABEL = str(CORE["label"])
#: how long ago the placements of these tests started: eight weeks
STARTED = timedelta(days=56)


def a_running_deal(**facts: object) -> tuple[Deal, Agreement]:
    """A placement that started eight weeks ago and goes on for a year; the officer acts."""
    deal = a_deal(starts_on=clock.today() - STARTED, **facts)  # type: ignore[arg-type]
    return deal, a_placement(deal)


def at_rate(amount: str, label: str = CORE_LABEL, kind: FeeKind = FeeKind.CORE) -> FeeChange:
    """A new rate of a fee."""
    return FeeChange(change=Change.RATE, kind=kind, label=label, amount=Decimal(amount))


def closing(label: str = CORE_LABEL, kind: FeeKind = FeeKind.CORE) -> FeeChange:
    """The closing of a fee."""
    return FeeChange(change=Change.CLOSE, kind=kind, label=label)


def a_new_fee(starts: date, amount: str = "50.00", label: str = "Speech therapy", **facts: object) -> FeeChange:
    """A new weekly therapy fee."""
    line = FeeLine(
        kind=FeeKind.THERAPY, label=label, amount=Decimal(amount), unit=Unit.WEEK, starts=starts, **facts  # type: ignore[arg-type]
    )  # fmt: skip
    return FeeChange(change=Change.ADD, kind=FeeKind.THERAPY, label=label, new=line)


def a_proposal(*changes: FeeChange, on: date | None = None, override: str = "") -> Proposal:
    """Changes from four weeks ago, or the day given."""
    on = on or clock.today() - timedelta(28)
    asked: Sequence[FeeChange] = changes or (at_rate("4410.00"),)
    return Proposal(
        effective_on=on, reason="Two-to-one care is needed.", changes=tuple(asked), override_reason=override
    )


def proposed(
    agreement: Agreement, by: Actor, *changes: FeeChange, on: date | None = None, override: str = ""
) -> Variation:
    """A proposal by that person, who acts from here on."""
    agreement = as_read_by(by, agreement)
    return propose_variation(agreement, a_proposal(*changes, on=on, override=override), by=by)


def variation_as_read_by(actor: Actor, variation: Variation) -> Variation:
    """From here on the actor acts, and reads the variation anew."""
    (key,) = inspect(variation).identity
    acting(actor)
    return db.session.get_one(Variation, key)
