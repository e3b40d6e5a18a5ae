"""What a request covers: the fee lines of live agreements that are paid on the effective date and began before it.

Left out: boroughs that do not take part, one-off fees and discounts, lines that begin on the date or later (they were priced for
then, unless an uplift from that day was undone), and lines that the same round has raised already.
"""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, select
from sqlalchemy.orm import aliased

from contracts.agreement import Agreement, AgreementFeeLine, AgreementState
from contracts.costs import with_terms
from contracts.uplift.modelling import LiveLine
from contracts.uplift.request import RequestAgreement, UpliftedLine, UpliftRequest
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
    statement = _of(request, on)
    if authority_id:
        statement = statement.where(Agreement.authority_id == authority_id)
    return _live(db.session.execute(statement).all())


def covered_by_each(requests: Sequence[UpliftRequest], opened: UpliftRound) -> dict[uuid.UUID, list[LiveLine]]:
    """The same for many requests of a round in one statement, from its effective date: for its report."""
    statement = _covered(opened.id, opened.effective_on).add_columns(UpliftRequest.id.label("request_id"))
    found: dict[uuid.UUID, list[LiveLine]] = defaultdict(list)
    rows = db.session.execute(statement.where(UpliftRequest.id.in_([request.id for request in requests]))).all()
    for row, live in zip(rows, _live(rows), strict=True):
        found[row.request_id].append(live)
    return found


def held_lines(request: UpliftRequest, on: date) -> list[LiveLine]:
    """The same, with their agreements and themselves locked: no placement ends and no line changes until we are done."""
    hold_agreements(_of(request, on).with_only_columns(Agreement.id).order_by(None).distinct().scalar_subquery())
    statement = _of(request, on).with_for_update(of=AgreementFeeLine)
    return _live(db.session.execute(statement.execution_options(populate_existing=True)).all())


def hold_agreements(keys: ScalarSelect[Any]) -> None:
    """Let nobody end or change these placements until we are done."""
    held = select(Agreement.id).where(Agreement.id.in_(keys)).order_by(Agreement.id).with_for_update(read=True)
    db.session.execute(held).all()


def _of(request: UpliftRequest, on: date) -> Select[*tuple[Any, ...]]:
    return _covered(request.round_id, on).where(UpliftRequest.id == request.id)


def _covered(round_id: uuid.UUID, on: date) -> Select[*tuple[Any, ...]]:
    authority, line, asked = aliased(Organisation), AgreementFeeLine, UpliftRequest
    raised = select(UpliftedLine.new_line_id).where(UpliftedLine.round_id == round_id)
    return (
        select(
            line, Agreement.reference, authority.name.label("authority"), Setting.name.label("setting"), Agreement.setting_id,
            Agreement.lot_id,
        )
        .join(Agreement, Agreement.id == line.agreement_id)
        .join(authority, authority.id == Agreement.authority_id)
        .join(Setting, Setting.id == Agreement.setting_id)
        .join(Lot, Lot.id == Agreement.lot_id)
        .join(asked, asked.provider_id == Agreement.provider_id)
        .join(UpliftRound, UpliftRound.id == asked.round_id)
        .join(UpliftParticipant, UpliftParticipant.round_id == UpliftRound.id)
        .where(
            UpliftParticipant.authority_id == Agreement.authority_id, UpliftParticipant.joins, UpliftRound.id == round_id,
            Lot.framework_id == UpliftRound.framework_id, (UpliftRound.lot_id.is_(None)) | (UpliftRound.lot_id == Lot.id),
            Agreement.state.in_(LIVE), (line.starts_on < on) | _restored(on), (line.ends_on.is_(None)) | (line.ends_on > on),
            line.unit != Unit.ONCE, line.kind.not_in(UNMOVED), line.id.not_in(raised), *_within_scope(),
        )
        .order_by(Agreement.reference, line.position, line.starts_on)
    )  # fmt: skip


def _restored(on: date) -> ColumnElement[bool]:
    """Lines that begin on the day because an uplift from it was undone: they are the fees that were there before."""
    line, raised = AgreementFeeLine, aliased(AgreementFeeLine)
    undone = (
        select(UpliftedLine.id)
        .join(raised, raised.id == UpliftedLine.new_line_id)
        .join(UpliftRequest, UpliftRequest.id == UpliftedLine.request_id)
        .where(UpliftRequest.undone_from == on, UpliftedLine.agreement_id == line.agreement_id)
        .where(raised.kind == line.kind, raised.label == line.label)
    )
    return (line.starts_on == on) & undone.correlate(line).exists()


def _within_scope() -> list[ColumnElement[bool]]:
    asked, line = UpliftRequest, AgreementFeeLine
    listed = select(RequestAgreement.agreement_id).where(RequestAgreement.request_id == asked.id).correlate(asked)
    return [
        (asked.setting_id.is_(None)) | (asked.setting_id == Agreement.setting_id),
        (asked.agreement_id.is_(None)) | (asked.agreement_id == Agreement.id),
        (asked.fee_kind.is_(None)) | (asked.fee_kind == line.kind),
        (asked.unit.is_(None)) | (asked.unit == line.unit),
        (asked.is_listed.is_(False)) | Agreement.id.in_(listed),
    ]


def _live(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[LiveLine]:
    lines = [row.AgreementFeeLine for row in rows]
    return [
        LiveLine(
            line_id=line.id, agreement_id=line.agreement_id, agreement=row.reference, authority_id=line.authority_id,
            authority=row.authority.removeprefix("London Borough of ").removeprefix("Royal Borough of "), setting=row.setting,
            setting_id=row.setting_id, lot_id=row.lot_id, line=fee,
        )
        for row, line, fee in zip(rows, lines, with_terms(lines), strict=True)
    ]  # fmt: skip
