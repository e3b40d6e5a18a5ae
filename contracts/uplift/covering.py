"""What a request covers: the fee lines of live agreements that are paid on the effective date and began before it.

Left out: boroughs that do not take part, one-off fees and discounts, lines that begin on the date or later (they were priced for
then), and lines that the same round has raised already.
"""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import aliased

from contracts.agreement import Agreement, AgreementFeeLine, AgreementState
from contracts.costs import with_terms
from contracts.uplift.modelling import LiveLine
from contracts.uplift.request import UpliftedLine, UpliftRequest
from contracts.uplift.round import UpliftParticipant, UpliftRound
from foundation.database import db
from marketplace.fee_line import FeeKind, Unit
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.setting import Setting

#: What an uplift changes: placements that have begun and have not ended.
LIVE = (AgreementState.ACTIVE, AgreementState.NOTICE)
#: Kinds of fee that a percentage never moves.
UNMOVED = (FeeKind.DISCOUNT, FeeKind.SETTLING_IN)


def covered_lines(request: UpliftRequest, on: date, *, authority_id: uuid.UUID | None = None) -> list[LiveLine]:
    """The lines that the request would change from that day, as far as the reader may see them."""
    statement = _covered(request, on)
    if authority_id:
        statement = statement.where(Agreement.authority_id == authority_id)
    return _live(db.session.execute(statement).all())


def held_lines(request: UpliftRequest, on: date) -> list[LiveLine]:
    """The same, with their agreements and themselves locked: no placement ends and no line changes until we are done."""
    agreements = _covered(request, on).with_only_columns(Agreement.id).order_by(None).distinct().scalar_subquery()
    held = select(Agreement.id).where(Agreement.id.in_(agreements)).order_by(Agreement.id).with_for_update(read=True)
    db.session.execute(held).all()
    statement = _covered(request, on).with_for_update(of=AgreementFeeLine)
    return _live(db.session.execute(statement.execution_options(populate_existing=True)).all())


def _covered(request: UpliftRequest, on: date) -> Select[*tuple[Any, ...]]:
    authority, line = aliased(Organisation), AgreementFeeLine
    raised = select(UpliftedLine.new_line_id).where(UpliftedLine.round_id == request.round_id)
    statement = (
        select(line, Agreement.reference, authority.name.label("authority"), Setting.name.label("setting"))
        .join(Agreement, Agreement.id == line.agreement_id)
        .join(authority, authority.id == Agreement.authority_id)
        .join(Setting, Setting.id == Agreement.setting_id)
        .join(Lot, Lot.id == Agreement.lot_id)
        .join(UpliftRound, UpliftRound.id == request.round_id)
        .join(UpliftParticipant, UpliftParticipant.round_id == UpliftRound.id)
        .where(
            UpliftParticipant.authority_id == Agreement.authority_id, UpliftParticipant.joins,
            Lot.framework_id == UpliftRound.framework_id, (UpliftRound.lot_id.is_(None)) | (UpliftRound.lot_id == Lot.id),
            Agreement.provider_id == request.provider_id, Agreement.state.in_(LIVE),
            line.starts_on < on, (line.ends_on.is_(None)) | (line.ends_on > on),
            line.unit != Unit.ONCE, line.kind.not_in(UNMOVED), line.id.not_in(raised),
        )
        .order_by(Agreement.reference, line.position, line.starts_on)
    )  # fmt: skip
    return _within_scope(statement, request)


def _within_scope(statement: Select[*tuple[Any, ...]], request: UpliftRequest) -> Select[*tuple[Any, ...]]:
    if request.setting_id:
        statement = statement.where(Agreement.setting_id == request.setting_id)
    if request.agreement_id:
        statement = statement.where(Agreement.id == request.agreement_id)
    if request.fee_kind:
        statement = statement.where(AgreementFeeLine.kind == request.fee_kind)
    return statement


def _live(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[LiveLine]:
    lines = [row.AgreementFeeLine for row in rows]
    return [
        LiveLine(
            line_id=line.id, agreement_id=line.agreement_id, agreement=row.reference, authority_id=line.authority_id,
            authority=row.authority.removeprefix("London Borough of ").removeprefix("Royal Borough of "), setting=row.setting,
            line=fee,
        )
        for row, line, fee in zip(rows, lines, with_terms(lines), strict=True)
    ]  # fmt: skip
