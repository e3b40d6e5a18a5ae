"""What the pages ask about disruption meetings: which were held, by which day one is due, and what is still to be done."""

import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from contracts.agreement import Agreement, AgreementState
from contracts.staying.meeting import DisruptionAction, DisruptionMeeting
from foundation.database import db
from foundation.permission import NotFound
from foundation.working_days import add_working_days
from marketplace.framework import TermsVersion

#: Working days from an unplanned end to its meeting where the terms say nothing else. No law names a number; procedures of
#: boroughs do, and two working weeks is what most of them come to. A clause `{"disruption_meeting_days": 20}` says another.
USUAL_DAYS = 10


def meetings_of(agreement: Agreement) -> Sequence[DisruptionMeeting]:
    """The meetings with their actions, the last first."""
    return db.session.scalars(
        select(DisruptionMeeting)
        .where(DisruptionMeeting.agreement_id == agreement.id)
        .options(selectinload(DisruptionMeeting.actions))
        .order_by(DisruptionMeeting.held_on.desc(), DisruptionMeeting.number.desc())
    ).all()


def action_of(agreement: Agreement, number: int, position: int) -> DisruptionAction:
    """One action by the number of its meeting and its own."""
    found = db.session.scalar(
        select(DisruptionAction)
        .join(DisruptionMeeting, DisruptionMeeting.id == DisruptionAction.meeting_id)
        .where(
            DisruptionMeeting.agreement_id == agreement.id,
            DisruptionMeeting.number == number,
            DisruptionAction.position == position,
        )
    )
    if found is None:
        raise NotFound
    return found


def meeting_days(clauses: Sequence[dict[str, object]]) -> int:
    """Working days that the terms leave for the meeting."""
    said = [clause["disruption_meeting_days"] for clause in clauses if clause.get("disruption_meeting_days")]
    return int(str(said[0])) if said else USUAL_DAYS


def meeting_due(agreement: Agreement) -> date | None:
    """By which day the meeting about an unplanned end is due; None where none is: a planned end, or a meeting that was held."""
    if agreement.state is not AgreementState.ENDED or agreement.ended_as_planned or agreement.ended_on is None:
        return None
    row = db.session.execute(without_meeting().where(Agreement.id == agreement.id)).one_or_none()
    return add_working_days(agreement.ended_on, meeting_days(row.clauses or ())) if row else None


def without_meeting() -> Select[tuple[uuid.UUID, str, uuid.UUID, uuid.UUID, date, list[dict[str, object]]]]:
    """Agreements that ended without a plan and whose end no meeting has looked at yet."""
    held = select(DisruptionMeeting.id).where(
        DisruptionMeeting.agreement_id == Agreement.id, DisruptionMeeting.stage == "ended"
    )
    return (
        select(
            Agreement.id, Agreement.reference, Agreement.authority_id, Agreement.provider_id, Agreement.ended_on,
            TermsVersion.clauses,
        )
        .outerjoin(TermsVersion, TermsVersion.id == Agreement.terms_version_id)
        .where(Agreement.state == AgreementState.ENDED, Agreement.ended_as_planned.is_(False), ~held.exists())
        .order_by(Agreement.ended_on)
    )  # fmt: skip
