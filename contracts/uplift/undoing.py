"""Undoing an agreed uplift: a new decision by the head of the hub, never an edit of the past.

The raised lines close on a day and go on at their old amounts: from today; or from the uplift's own effective date, if nothing later
stands on those fees and the year is open – the lines then close on their first day, so that they were never paid. Placements
that have ended keep what they paid. What was asked and agreed stays on record.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from contracts.agreement import Agreement, AgreementFeeLine
from contracts.costs import with_terms
from contracts.savings.claiming import reverse_uplift_avoided
from contracts.uplift.agreeing import hold_with_its_round
from contracts.uplift.covering import LIVE, hold_agreements
from contracts.uplift.modelling import LiveLine
from contracts.uplift.notices import tell_boroughs_undone, tell_undone
from contracts.uplift.replacing import Raised, go_back
from contracts.uplift.request import UpliftedLine, UpliftRequest
from contracts.years import require_open_year
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.formatting import day_plain, plural
from foundation.permission import Invalid
from foundation.states import move, require
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.organisation import Organisation
from marketplace.policy import authorise


def undo_uplift(request: UpliftRequest, from_on: date, reason: str, *, by: Actor) -> list[Raised]:
    """The head of the hub takes an agreed uplift back, for a reason: every fee that it raised goes on at its old amount.

    The provider gets one letter with the schedule, each borough one.
    """
    with transaction():
        authorise(by, Act.UNDO_UPLIFT, request)
        require(hold_with_its_round(request), Act.UNDO_UPLIFT)
        _check(request, from_on, reason)
        raised = _held_raised(request, from_on)
        go_back(raised, from_on)
        move(request, Act.UNDO_UPLIFT)
        request.undone_at, request.undone_by_name = clock.now(), by.name
        request.undone_from, request.undone_reason = from_on, reason.strip()
        _take_savings_back(request, from_on)
        _write_down(request, raised, by)
    return raised


def days_to_undo_from(request: UpliftRequest) -> list[date]:
    """From which days it can be undone: today, and the day from which it is paid; where that is still to come, only that."""
    assert request.agreed_from is not None
    return sorted({max(clock.today(), request.agreed_from), request.agreed_from}, reverse=True)


def _check(request: UpliftRequest, from_on: date, reason: str) -> None:
    if not reason.strip():
        raise Invalid("Give the reason for the decision.", "reason")
    days = days_to_undo_from(request)
    if from_on not in days:
        raise Invalid(f"An uplift is undone from {' or '.join(day_plain(day) for day in days)}.", "from_on")
    require_open_year(from_on, "from_on")
    if from_on < clock.today() and (later := _changed_since(request)):
        raise Invalid(
            f"Something later stands on {plural(later, 'fee')} that it raised, so it cannot be undone from"
            f" {day_plain(from_on)}. Undo it from today.", "from_on",
        )  # fmt: skip


def _changed_since(request: UpliftRequest) -> int:
    """How many of the raised fees have changed again after it: a later line of the same agreement, kind and name."""
    new, later = AgreementFeeLine, aliased(AgreementFeeLine)
    changed = (
        select(func.count(new.id.distinct()))
        .join(UpliftedLine, UpliftedLine.new_line_id == new.id)
        .join(
            later,
            (later.agreement_id == new.agreement_id) & (later.kind == new.kind) & (later.label == new.label)
            & (later.starts_on > new.starts_on),
        )
        .where(UpliftedLine.request_id == request.id)
    )  # fmt: skip
    return db.session.scalar(changed) or 0


def _held_raised(request: UpliftRequest, from_on: date) -> list[Raised]:
    """The raised lines that are paid on the day or after it, held with their agreements: as what goes back to the old amount."""
    new, of, authority = AgreementFeeLine, UpliftedLine, aliased(Organisation)
    hold_agreements(select(of.agreement_id).where(of.request_id == request.id).scalar_subquery())
    rows = db.session.execute(
        select(new, of.old_amount, Agreement.reference, Agreement.setting_id, Agreement.lot_id, authority.name)
        .join(of, of.new_line_id == new.id)
        .join(Agreement, Agreement.id == new.agreement_id)
        .join(authority, authority.id == Agreement.authority_id)
        .where(of.request_id == request.id, Agreement.state.in_(LIVE))
        .where((new.ends_on.is_(None)) | ((new.ends_on > from_on) & (new.ends_on > new.starts_on)))
        .order_by(Agreement.reference, new.position)
        .with_for_update(of=new)
        .execution_options(populate_existing=True)
    ).all()  # fmt: skip
    if not rows:
        raise Invalid("No fee that it raised is paid any more, so there is nothing to undo.")
    fees = with_terms([row[0] for row in rows])
    return [
        Raised(
            LiveLine(
                line_id=line.id, agreement_id=line.agreement_id, agreement=reference, authority_id=line.authority_id,
                authority=name, setting="", setting_id=setting_id, lot_id=lot_id, line=fee,
            ),
            uuid.uuid4(), old_amount, old_amount,
        )
        for (line, old_amount, reference, setting_id, lot_id, name), fee in zip(rows, fees, strict=True)
    ]  # fmt: skip


def _take_savings_back(request: UpliftRequest, from_on: date) -> None:
    """Only of an uplift that was never paid: undone from a later day, what it saved until then stays, since its fees end on that day."""
    assert request.agreed_from is not None
    if from_on <= request.agreed_from:
        reverse_uplift_avoided(request.id, f"The uplift is undone: {request.undone_reason}")


def _write_down(request: UpliftRequest, raised: Sequence[Raised], by: Actor) -> None:
    assert request.agreed is not None
    record(
        Act.UNDO_UPLIFT, request, by=by, about=request.provider_id, before={"agreed": request.agreed.words},
        after={"from": request.undone_from, "lines": len(raised), "reason": request.undone_reason},
    )  # fmt: skip
    schedule = [(row.live.agreement, row.live.line.label, row.live.line.amount, row.agreed) for row in raised]
    tell_undone(request, schedule)
    pairs = {(row.live.agreement_id, row.live.authority_id) for row in raised}
    tell_boroughs_undone(request, Counter(authority_id for _, authority_id in pairs))
