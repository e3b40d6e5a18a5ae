"""Recording absences: the provider says from when to when the child was away, and the borough confirms or refuses it."""

import uuid
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from contracts.agreement import Agreement
from contracts.costs import reckoned
from contracts.fee_changes import add_line
from contracts.queries import fee_lines_of
from contracts.varying.absence import Absence
from contracts.varying.effects import known_end
from contracts.varying.notices import tell_absence_decided, tell_absence_recorded
from contracts.varying.retainers import PAID_IN_FULL, reduction_in_all, reductions, retainer_of
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.formatting import day_plain
from foundation.permission import Invalid
from foundation.states import hold, move, require, require_version
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.framework import TermsVersion
from marketplace.policy import authorise

REASONS: dict[str, str] = {
    "missing": "Missing",
    "hospital": "In hospital",
    "family": "With family or friends",
    "holiday": "On holiday",
    "respite": "In respite care",
    "custody": "In custody",
    "other": "Another reason",
}


def record_absence(agreement: Agreement, away_from: date, back_on: date, reason: str, *, by: Actor) -> Absence:
    """The provider records nights away. Nothing changes until the borough confirms them; its officers are told."""
    with transaction():
        authorise(by, Act.RECORD_ABSENCE, agreement)
        require(hold(agreement), Act.RECORD_ABSENCE)
        _require_days(agreement, away_from, back_on)
        if reason not in REASONS:
            raise Invalid("Choose a reason from the list.", "reason")
        absence = _absence(agreement, away_from, back_on, reason, by)
        db.session.add(absence)
        db.session.flush()
        record(
            Act.RECORD_ABSENCE, agreement, by=by, about=agreement.authority_id,
            after={"absence": absence.number, "away_from": away_from, "back_on": back_on},
        )  # fmt: skip
        tell_absence_recorded(absence, agreement)
    return absence


def confirm_absence(absence: Absence, *, version: int | None = None, by: Actor) -> Absence:
    """The borough's officer confirms it: from the day in the terms on, the core fee is reduced to the retainer."""
    with transaction():
        authorise(by, Act.CONFIRM_ABSENCE, absence)
        agreement = hold(db.session.get_one(Agreement, absence.agreement_id))
        require(agreement, Act.RECORD_ABSENCE)
        require(_hold_at(absence, version), Act.CONFIRM_ABSENCE)
        absence.reduction = _reduce(agreement, absence)
        absence.decided_at, absence.decided_by_name = clock.now(), by.name
        move(absence, Act.CONFIRM_ABSENCE)
        record(
            Act.CONFIRM_ABSENCE, agreement, by=by, about=agreement.provider_id,
            after={"absence": absence.number, "reduction": absence.reduction},
        )  # fmt: skip
        tell_absence_decided(Act.CONFIRM_ABSENCE, absence, agreement)
    return absence


def refuse_absence(absence: Absence, note: str, *, version: int | None = None, by: Actor) -> Absence:
    """The borough's officer says why the record is not right; the provider may record it anew."""
    with transaction():
        authorise(by, Act.REFUSE_ABSENCE, absence)
        require(_hold_at(absence, version), Act.REFUSE_ABSENCE)
        if not note.strip():
            raise Invalid("Say why the absence is refused.", "note")
        absence.decided_at, absence.decided_by_name, absence.decision_note = clock.now(), by.name, note.strip()
        move(absence, Act.REFUSE_ABSENCE)
        agreement = db.session.get_one(Agreement, absence.agreement_id)
        record(
            Act.REFUSE_ABSENCE, agreement, by=by, about=agreement.provider_id,
            after={"absence": absence.number, "reason": note.strip()},
        )  # fmt: skip
        tell_absence_decided(Act.REFUSE_ABSENCE, absence, agreement)
    return absence


def _hold_at(absence: Absence, version: int | None) -> Absence:
    hold(absence)
    if version is not None:
        require_version(absence, version)
    return absence


def _require_days(agreement: Agreement, away_from: date, back_on: date) -> None:
    started, ends = agreement.started_on or agreement.starts_on, known_end(agreement)
    if away_from < started:
        raise Invalid(f"The placement started on {day_plain(started)}. Enter that day or a later one.", "away_from")
    if away_from > clock.today():
        raise Invalid("Record an absence on its first day, or later.", "away_from")
    if back_on <= away_from:
        raise Invalid("The day back must come after the first night away.", "back_on")
    if ends is not None and back_on > ends:
        raise Invalid(f"The placement ends on {day_plain(ends)}. Enter that day or an earlier one.", "back_on")


def _absence(agreement: Agreement, away_from: date, back_on: date, reason: str, by: Actor) -> Absence:
    last = db.session.scalar(select(func.max(Absence.number)).where(Absence.agreement_id == agreement.id)) or 0
    terms = db.session.get_one(TermsVersion, agreement.terms_version_id) if agreement.terms_version_id else None
    rule = retainer_of(terms) if terms else PAID_IN_FULL
    return Absence(
        id=uuid.uuid4(), number=last + 1, agreement_id=agreement.id, authority_id=agreement.authority_id,
        provider_id=agreement.provider_id, away_from=away_from, back_on=back_on, reason=reason,
        retainer_percent=rule.percent, retainer_from_day=rule.from_day, recorded_at=clock.now(), recorded_by_name=by.name,
    )  # fmt: skip


def _reduce(agreement: Agreement, absence: Absence) -> Decimal:
    rows = fee_lines_of(agreement)
    lines, last = reckoned(rows), max((row.position for row in rows), default=0)
    for position, line in enumerate(reductions(absence, lines), start=last + 1):
        add_line(agreement, line, position)
    return reduction_in_all(absence, lines)
