"""What pages and verbs ask about monitoring returns. Children appear as an agreement's reference, age and sex."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, and_, func, or_, select

from contracts.agreement import Agreement, AgreementOutcome
from foundation import clock
from foundation.database import db
from foundation.permission import NotFound
from foundation.quarters import Quarter
from marketplace.actor import Actor
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.roles import Kind
from marketplace.setting import Setting
from outcomes.indicators.reading import Indicator, asked_in
from outcomes.living import has_started, under_terms, was_live
from outcomes.monitoring import MonitoringReturn, OutcomeProgress, Progress, ReturnFigure, ReturnState

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class OutcomeDue:
    """An outcome of an agreement live in the return's quarter, with what has been said of it so far."""

    outcome_id: uuid.UUID
    agreement_id: uuid.UUID
    authority_id: uuid.UUID
    agreement: str
    setting: str
    age_at_start: int
    sex: str
    domain: str
    outcome: str
    measure: str
    progress: Progress | None
    evidence: str | None


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """A line of the list of returns."""

    reference: str
    provider: str
    lot: str
    quarter: str
    state: ReturnState
    due_on: date
    sent_at: datetime | None

    @property
    def is_late(self) -> bool:
        """Due before today, and not sent."""
        return self.sent_at is None and self.due_on < clock.today()


def return_called(reference: str, actor: Actor) -> MonitoringReturn:
    """The return of that reference, where it exists for the actor."""
    found = db.session.scalar(visible_returns(actor).where(MonitoringReturn.reference == reference))
    if found is None:
        raise NotFound
    return found


def visible_returns(actor: Actor) -> Select[MonitoringReturn]:
    """The fence shows a provider its own and the hub all; a borough reads those that providers of its children have sent."""
    statement = select(MonitoringReturn)
    if actor.kind is Kind.AUTHORITY:
        own = select(Agreement.provider_id).where(Agreement.authority_id == actor.organisation_id, has_started())
        statement = statement.where(MonitoringReturn.provider_id.in_(own))
    return statement


def list_returns(actor: Actor, quarter: str, state: str, page: int) -> tuple[list[ReturnRow], int]:
    """Returns of a quarter and state (empty: any), the latest quarter first, and how many there are in all."""
    M = MonitoringReturn  # noqa: N806 - the table asked about
    wanted = [M.quarter == quarter] if quarter else []
    wanted += [M.state == ReturnState(state)] if state in set(ReturnState) else []
    ids = visible_returns(actor).with_only_columns(M.id)
    rows = db.session.execute(
        select(M.reference, Organisation.name, Lot.name, M.quarter, M.state, M.due_on, M.sent_at, func.count().over())
        .join(Organisation, Organisation.id == M.provider_id)
        .join(Lot, Lot.id == M.lot_id)
        .where(M.id.in_(ids), *wanted)
        .order_by(M.quarter.desc(), Organisation.name, Lot.number)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    return [ReturnRow(*row[:7]) for row in rows], rows[0][7] if rows else 0


def quarters_of_returns() -> list[str]:
    """The quarters of which there are returns, the latest first."""
    return list(
        db.session.scalars(select(MonitoringReturn.quarter).distinct().order_by(MonitoringReturn.quarter.desc()))
    )


def returns_to_open(quarter: Quarter) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Every provider and lot with a live placement in the quarter and no return of it."""
    same = and_(
        MonitoringReturn.provider_id == Agreement.provider_id,
        MonitoringReturn.lot_id == Agreement.lot_id,
        MonitoringReturn.quarter == str(quarter),
    )
    statement = (
        select(Agreement.provider_id, Agreement.lot_id)
        .distinct()
        .outerjoin(MonitoringReturn, same)
        .where(
            MonitoringReturn.id.is_(None),
            was_live(quarter.first_day, quarter.day_after),
            under_terms(quarter.day_after),
        )
    )
    return [(row[0], row[1]) for row in db.session.execute(statement)]


def asked_figures(of: MonitoringReturn) -> list[tuple[Indicator, ReturnFigure | None]]:
    """Every indicator that the lot asks for, with the figure given so far."""
    kept = {
        row.indicator: row for row in db.session.scalars(select(ReturnFigure).where(ReturnFigure.return_id == of.id))
    }
    return [(indicator, kept.get(indicator.key)) for indicator in asked_in(of.lot)]


def outcomes_due(of: MonitoringReturn) -> list[OutcomeDue]:
    """Every outcome of every agreement of the lot that was live in the quarter, in the order of the agreements' references."""
    said = and_(OutcomeProgress.agreement_outcome_id == AgreementOutcome.id, OutcomeProgress.return_id == of.id)
    columns = (
        AgreementOutcome.id.label("outcome_id"), Agreement.id.label("agreement_id"), Agreement.authority_id,
        Agreement.reference.label("agreement"), Setting.name.label("setting"),
        Agreement.age_at_start, Agreement.sex, AgreementOutcome.domain, AgreementOutcome.outcome,
        AgreementOutcome.measure, OutcomeProgress.progress, OutcomeProgress.evidence,
    )  # fmt: skip
    rows = db.session.execute(
        select(*columns)
        .join(Agreement, Agreement.id == AgreementOutcome.agreement_id)
        .join(Setting, Setting.id == Agreement.setting_id)
        .outerjoin(OutcomeProgress, said)
        .where(
            Agreement.provider_id == of.provider_id, Agreement.lot_id == of.lot_id,
            or_(
                was_live(of.covers.first_day, of.covers.day_after) & under_terms(of.covers.day_after),
                OutcomeProgress.id.is_not(None),
            ),
        )
        .order_by(Agreement.reference, AgreementOutcome.position)
    )  # fmt: skip
    return [OutcomeDue(**row._asdict()) for row in rows]
