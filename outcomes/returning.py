"""Monitoring returns: opened when a quarter has ended, filled in and sent by the provider, queried or accepted by the hub."""

import uuid
from dataclasses import dataclass, field

from sqlalchemy import exists, select
from sqlalchemy.orm.attributes import flag_modified

from contracts.agreement import Agreement
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.permission import Invalid
from foundation.quarters import Quarter
from foundation.references import new_reference
from foundation.states import hold, move, require, require_version
from foundation.submitting import say
from foundation.transaction import transaction
from foundation.working_days import add_working_days
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.policy import authorise
from outcomes.checking_returns import require_complete
from outcomes.living import under_terms, was_live
from outcomes.monitoring import MonitoringReturn, OutcomeProgress, Progress, ReturnFigure
from outcomes.notices import return_accepted, return_opened, return_queried, return_sent
from outcomes.return_queries import OutcomeDue, asked_figures, outcomes_due

#: Working days that a provider has after the quarter's last day.
DAYS_TO_SEND = 10

say("uq_monitoring_returns_provider_id_lot_id_quarter", "The return for this lot and quarter has been opened already.")


@dataclass(frozen=True)
class TypedFigure:
    """An indicator as it was typed; None where nothing was."""

    numerator: int | None = None
    denominator: int | None = None
    note: str = ""


@dataclass(frozen=True)
class TypedProgress:
    """An outcome's progress as it was said; None where nothing was."""

    progress: Progress | None = None
    evidence: str = ""


@dataclass(frozen=True)
class TypedReturn:
    """Everything on the form: figures by indicator key, progress by the outcome's id, a commentary."""

    figures: dict[str, TypedFigure] = field(default_factory=dict)
    progress: dict[uuid.UUID, TypedProgress] = field(default_factory=dict)
    commentary: str = ""


def open_return(provider: Organisation, lot: Lot, quarter: Quarter, *, by: Actor) -> MonitoringReturn:
    """When a quarter has ended, the worker (or the provider itself) opens the return of each lot with a live placement in it."""
    with transaction():
        opened = MonitoringReturn(
            id=uuid.uuid4(), reference=new_reference("RET"), provider_id=provider.id, provider=provider, lot=lot, lot_id=lot.id,
            quarter=str(quarter), due_on=add_working_days(quarter.last_day, DAYS_TO_SEND), opened_at=clock.now(),
        )  # fmt: skip
        authorise(by, Act.OPEN_RETURN, opened)
        _require_something_to_tell(opened)
        db.session.add(opened)
        db.session.flush()
        record(Act.OPEN_RETURN, opened, by=by, about=provider.id, after={"quarter": opened.quarter, "lot": lot.key})
        return_opened(opened)
    return opened


def save_return(filled_in: MonitoringReturn, typed: TypedReturn, *, version: int, by: Actor) -> MonitoringReturn:
    """The provider saves what it has so far; figures may be missing until the return is sent."""
    with transaction():
        authorise(by, Act.SAVE_RETURN, filled_in)
        require(hold(filled_in), Act.SAVE_RETURN)
        require_version(filled_in, version)
        _save_figures(filled_in, typed)
        _save_progress(filled_in, typed)
        filled_in.commentary = typed.commentary.strip()
        flag_modified(filled_in, "commentary")  # so that figures alone are a new version too
        record(
            Act.SAVE_RETURN, filled_in, by=by, after={"figures": len(typed.figures), "outcomes": len(typed.progress)}
        )
    return filled_in


def send_return(filled_in: MonitoringReturn, *, by: Actor) -> MonitoringReturn:
    """The provider's manager sends a complete return; the hub and the boroughs read it from then on."""
    with transaction():
        authorise(by, Act.SEND_RETURN, filled_in)
        require(hold(filled_in), Act.SEND_RETURN)
        require_complete(filled_in)
        if filled_in.sent_at is None:
            filled_in.sent_at, filled_in.sent_by_id = clock.now(), by.person_id
        else:
            filled_in.corrected_at = clock.now()
        move(filled_in, Act.SEND_RETURN)
        hub_id = filled_in.lot.framework.hub_id
        record(Act.SEND_RETURN, filled_in, by=by, about=hub_id, after={"quarter": filled_in.quarter})
        return_sent(filled_in)
    return filled_in


def query_return(sent: MonitoringReturn, reason: str, *, by: Actor) -> MonitoringReturn:
    """The hub asks about something in a return that was sent; the provider changes it, or explains, and sends it again."""
    with transaction():
        authorise(by, Act.QUERY_RETURN, sent)
        require(hold(sent), Act.QUERY_RETURN)
        if not reason.strip():
            raise Invalid("Say what you are asking about.", "reason")
        sent.query = reason.strip()
        move(sent, Act.QUERY_RETURN)
        record(Act.QUERY_RETURN, sent, by=by, about=sent.provider_id, after={"query": sent.query})
        return_queried(sent)
    return sent


def accept_return(sent: MonitoringReturn, *, by: Actor) -> MonitoringReturn:
    """The hub accepts a return; from then on its figures stand."""
    with transaction():
        authorise(by, Act.ACCEPT_RETURN, sent)
        require(hold(sent), Act.ACCEPT_RETURN)
        sent.accepted_at, sent.accepted_by_id = clock.now(), by.person_id
        move(sent, Act.ACCEPT_RETURN)
        record(Act.ACCEPT_RETURN, sent, by=by, about=sent.provider_id, after={"quarter": sent.quarter})
        return_accepted(sent)
    return sent


def _require_something_to_tell(opened: MonitoringReturn) -> None:
    quarter = opened.covers
    if clock.today() < quarter.day_after:
        raise Invalid(f"{quarter} ends on {quarter.last_day:%-d %B %Y}. Its return can be opened the day after.")
    live = select(Agreement.id).where(
        Agreement.provider_id == opened.provider_id, Agreement.lot_id == opened.lot_id,
        was_live(quarter.first_day, quarter.day_after), under_terms(quarter.day_after),
    )  # fmt: skip
    if not db.session.scalar(select(exists(live))):
        raise Invalid(f"There was no placement in the lot {opened.lot.name} in {quarter}, so no return is due.")


def _save_figures(filled_in: MonitoringReturn, typed: TypedReturn) -> None:
    asked = asked_figures(filled_in)
    for indicator, kept in asked:
        said = typed.figures.get(indicator.key)
        if said is None:
            continue
        row = kept or ReturnFigure(return_id=filled_in.id, provider_id=filled_in.provider_id, indicator=indicator.key)
        row.numerator, row.denominator, row.note = said.numerator, said.denominator, said.note.strip()
        db.session.add(row)


def _save_progress(filled_in: MonitoringReturn, typed: TypedReturn) -> None:
    kept = {
        row.agreement_outcome_id: row
        for row in db.session.scalars(select(OutcomeProgress).where(OutcomeProgress.return_id == filled_in.id))
    }
    for due in outcomes_due(filled_in):
        said = typed.progress.get(due.outcome_id)
        if said is None:
            continue
        row = kept.get(due.outcome_id) or _progress_of(filled_in, due)
        row.progress, row.evidence = said.progress, said.evidence.strip()
        db.session.add(row)


def _progress_of(filled_in: MonitoringReturn, due: OutcomeDue) -> OutcomeProgress:
    return OutcomeProgress(
        return_id=filled_in.id, provider_id=filled_in.provider_id, authority_id=due.authority_id,
        agreement_id=due.agreement_id, agreement_outcome_id=due.outcome_id,
    )  # fmt: skip
