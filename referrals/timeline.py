"""The timeline of a referral: every act, with who, when and why, as the audit trail tells it to the borough."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select

from foundation.audit import AuditEvent
from foundation.database import db
from foundation.formatting import moment_long
from marketplace.acts import Act
from referrals.offer import Response
from referrals.referral import Referral

#: Entries read at most; a referral with more says so.
MOST = 500

#: What an act is called in a timeline.
WORDS: dict[str, str] = {
    Act.DRAFT_REFERRAL: "Draft begun",
    Act.SAVE_ANSWERS: "Form saved",
    Act.SEND_FOR_APPROVAL: "Sent for approval",
    Act.SEND_BACK: "Sent back",
    Act.PUBLISH_REFERRAL: "Approved and published",
    Act.EXTEND_DEADLINE: "Deadline moved",
    Act.WITHDRAW_REFERRAL: "Withdrawn",
    Act.CLOSE_WITHOUT_AWARD: "Closed without award",
    Act.INVITE_WAVE: "Wave sent",
    Act.READ_REFERRAL: "Read",
    Act.ASK_CLARIFICATION: "Question asked",
    Act.ANSWER_CLARIFICATION: "Question answered to all",
    Act.SUBMIT_OFFER: "Offer received",
    Act.REVISE_OFFER: "Offer revised",
    Act.WITHDRAW_OFFER: "Offer withdrawn",
    Act.DECLINE_REFERRAL: "Declined",
    Act.TAKE_BACK_DECLINE: "Decline taken back",
    Act.OPEN_OFFERS: "Offers opened",
    Act.MARK_OFFER: "Offer marked",
    Act.LOCK_QUALITY: "Quality marks locked",
    Act.RECOMMEND_OFFER: "Offer recommended",
    Act.AWARD_OFFER: "Awarded",
    Act.UNDO_AWARD: "Award undone",
    Act.OPEN_IDENTITY: "Identity opened",
}


@dataclass(frozen=True)
class Entry:
    """One act, or several savings of the form by one person on end."""

    what: str
    who: str
    at: datetime
    why: str
    act: str
    organisation_id: UUID | None
    times: int = 1


def entries_of(referral: Referral) -> list[Entry]:
    """Everything that happened, the latest first; savings of the form on end are one entry."""
    entries: list[Entry] = []
    for event in _events(referral):
        entry = _entry(event, referral)
        last = entries[-1] if entries else None
        if last and last.act == entry.act == Act.SAVE_ANSWERS and last.who == entry.who and not event.refused:
            entries[-1] = Entry(
                "Form saved",
                last.who,
                last.at,
                f"{last.times + 1} times",
                last.act,
                last.organisation_id,
                last.times + 1,
            )
        else:
            entries.append(entry)
    return entries


def readers_among(entries: list[Entry]) -> set[UUID]:
    """The providers that have opened the referral."""
    return {entry.organisation_id for entry in entries if entry.act == Act.READ_REFERRAL and entry.organisation_id}


def _events(referral: Referral) -> list[AuditEvent]:
    offers = select(Response.offer_id).where(Response.referral_id == referral.id, Response.offer_id.is_not(None))
    its_own = or_(AuditEvent.subject_id == referral.id, AuditEvent.subject_id.in_(offers))
    openings = and_(
        AuditEvent.subject_id == referral.child_id,
        AuditEvent.act == Act.OPEN_IDENTITY,
        AuditEvent.at >= referral.drafted_at,
    )
    wanted = select(AuditEvent).where(or_(its_own, openings)).order_by(AuditEvent.at.desc()).limit(MOST)
    return list(db.session.scalars(wanted))


def _entry(event: AuditEvent, referral: Referral) -> Entry:
    what = WORDS.get(event.act, event.act.replace("_", " ").capitalize())
    is_own = event.organisation_id == referral.authority_id
    who = event.person_name if is_own or event.organisation_id is None else event.organisation_name
    if event.refused:
        return Entry(f"Refused: {what.lower()}", who, event.at, str(event.after.get("reason", "")), "", None)
    return Entry(what, who, event.at, _why(event), event.act, event.organisation_id)


def _why(event: AuditEvent) -> str:
    told: dict[str, Any] = event.after
    if event.act == Act.SUBMIT_OFFER:
        return "It lies sealed until the offers are opened."
    if "deadline" in told:
        return f"Offers close on {moment_long(datetime.fromisoformat(str(told['deadline'])))}."
    if "reason" in told:
        said = str(told["reason"])
        return said.replace("_", " ").capitalize() if said.islower() and " " not in said else said
    if "wave" in told:
        return f"Wave {told['wave']}."
    return str(told.get("rationale", ""))
