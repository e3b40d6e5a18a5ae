"""Many fee lines at once: each closes on a day and one alike but for its amount begins on it; the facts of an uplift are kept.

The rule is that of `contracts.fee_changes`; here it takes three statements however many lines there are, because the fence asks of
every statement which agreements the hub's open rounds cover.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, Numeric, Uuid, column, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.expression import TableValuedAlias

from contracts.agreement import AgreementFeeLine
from contracts.uplift.modelling import LiveLine
from contracts.uplift.request import UpliftedLine, UpliftRequest
from foundation.database import db
from foundation.permission import NotNow

OLD = AgreementFeeLine.metadata.tables["agreement_fee_lines"]
FACTS = ("id", "round_id", "request_id", "provider_id", "authority_id", "agreement_id", "old_line_id", "new_line_id",
         "old_amount", "asked_amount", "agreed_amount", "from_on")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Raised:
    """A covered line with its new amount, what was asked for it, and the key of the line that follows it."""

    live: LiveLine
    new_line_id: uuid.UUID
    asked: Decimal
    agreed: Decimal


def replace_covered_lines(request: UpliftRequest, raised: Sequence[Raised], from_on: date) -> None:
    """Close the held lines, add their successors, keep what was asked and agreed; refuse if any line slipped away."""
    followed = _as_table(raised)
    _replace(followed, len(raised), from_on)
    _keep_facts(request, followed, from_on)
    db.session.expire_all()


def go_back(raised: Sequence[Raised], from_on: date) -> None:
    """Close the held raised lines and go on at the old amounts; what was asked and agreed stays on record as it was."""
    _replace(_as_table(raised), len(raised), from_on)
    db.session.expire_all()


def _replace(followed: TableValuedAlias, count: int, from_on: date) -> None:
    # The old lines make room first: the database lets no two of one kind and label overlap.
    closing = update(OLD).where(OLD.c.id == followed.c.old_id).values(ends_on=from_on)
    closed: Any = db.session.execute(closing)
    changed = {
        "id": followed.c.new_id, "amount": followed.c.agreed, "starts_on": literal(from_on), "ends_on": followed.c.ends_on
    }  # fmt: skip
    names = [known.name for known in OLD.columns]
    chosen = [changed.get(name, OLD.c[name]) for name in names]
    successors = select(*chosen).join_from(OLD, followed, OLD.c.id == followed.c.old_id)
    adding = insert(OLD).from_select(names, successors)
    added: Any = db.session.execute(adding, execution_options={"preserve_rowcount": True})
    if not closed.rowcount == added.rowcount == count:
        raise NotNow("The fees changed while this was being decided. Nothing was changed: look at it again.")


def _keep_facts(request: UpliftRequest, followed: TableValuedAlias, from_on: date) -> None:
    facts = select(
        func.gen_random_uuid(), literal(request.round_id, Uuid), literal(request.id, Uuid), OLD.c.provider_id,
        OLD.c.authority_id, OLD.c.agreement_id, OLD.c.id, followed.c.new_id, OLD.c.amount, followed.c.asked,
        followed.c.agreed, literal(from_on),
    ).join_from(OLD, followed, OLD.c.id == followed.c.old_id)  # fmt: skip
    db.session.execute(insert(UpliftedLine).from_select(FACTS, facts))


def _as_table(raised: Sequence[Raised]) -> TableValuedAlias:
    """The rows as a table of the statement: five arrays, however many rows."""
    money = ARRAY(Numeric(12, 2))
    return func.unnest(
        literal([row.live.line_id for row in raised], ARRAY(Uuid)), literal([row.new_line_id for row in raised], ARRAY(Uuid)),
        literal([row.asked for row in raised], money), literal([row.agreed for row in raised], money),
        literal([row.live.line.ends for row in raised], ARRAY(Date)),
    ).table_valued(
        column("old_id", Uuid), column("new_id", Uuid), column("asked", Numeric(12, 2)), column("agreed", Numeric(12, 2)),
        column("ends_on", Date), name="followed",
    ).render_derived()  # fmt: skip
