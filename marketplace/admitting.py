"""The hub decides on applications, and suspends an admission or lifts the suspension."""

from collections.abc import Sequence
from typing import NamedTuple

from foundation import clock
from foundation.audit import record
from foundation.formatting import joined
from foundation.permission import Invalid
from foundation.states import hold, move
from foundation.transaction import transaction
from marketplace import admission_notices as notices
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.admission import Admission
from marketplace.policy import authorise

#: working days within which an application is to be decided
DECISION_DAYS = 10

#: why an application may be refused: code and words
REFUSAL_REASONS: tuple[tuple[str, str], ...] = (
    ("registration", "Registration does not allow what the lot buys"),
    ("inspection", "Inspection outcome below what the lot asks for"),
    ("safeguarding", "Safeguarding policy or practice not shown to be sound"),
    ("insurance", "Insurance missing, too low or expired"),
    ("financial", "Financial standing not shown"),
    ("documents", "A document is missing or not what was asked for"),
    ("rates", "Rates outside what the lot allows"),
    ("exclusion", "A ground for exclusion applies"),
)


class Refusal(NamedTuple):
    """A reason from the list, and what it means for this application."""

    reason: str
    explanation: str


def admit_provider(admission: Admission, tier: str | None, note: str, *, by: Actor) -> Admission:
    """The hub admits a provider with its settings to the lot, in a tier where it has tiers; boroughs may invite it at once."""
    with transaction():
        authorise(by, Act.ADMIT_PROVIDER, admission)
        move(hold(admission), Act.ADMIT_PROVIDER)
        _require_tier(admission, tier)
        admission.tier, admission.decision_note = tier, note.strip() or None
        _decide(admission, by)
        record(Act.ADMIT_PROVIDER, admission, by=by, about=admission.provider_id, after={"tier": tier})
        notices.admitted(admission)
    return admission


def refuse_provider(admission: Admission, reasons: Sequence[Refusal], *, by: Actor) -> Admission:
    """The hub refuses an application, with at least one reason and its explanation, which the provider reads."""
    with transaction():
        authorise(by, Act.REFUSE_PROVIDER, admission)
        _require_reasons(reasons)
        move(hold(admission), Act.REFUSE_PROVIDER)
        words = dict(REFUSAL_REASONS)
        admission.refusal_reasons = [
            {"reason": words[one.reason], "explanation": one.explanation.strip()} for one in reasons
        ]
        _decide(admission, by)
        told = {"reasons": [one.reason for one in reasons]}
        record(Act.REFUSE_PROVIDER, admission, by=by, about=admission.provider_id, after=told)
        notices.refused(admission)
    return admission


def suspend_admission(admission: Admission, reason: str, *, by: Actor) -> Admission:
    """The hub suspends an admission: no new invitation from this moment, live placements stay; the provider is told why."""
    with transaction():
        authorise(by, Act.SUSPEND_ADMISSION, admission)
        _require_reason(reason)
        move(hold(admission), Act.SUSPEND_ADMISSION)
        admission.suspended_at, admission.suspension_reason = clock.now(), reason.strip()
        record(Act.SUSPEND_ADMISSION, admission, by=by, about=admission.provider_id, after={"reason": reason.strip()})
        notices.suspended(admission)
    return admission


def lift_suspension(admission: Admission, reason: str, *, by: Actor) -> Admission:
    """The hub lifts a suspension, with a reason; the provider may be invited again."""
    with transaction():
        authorise(by, Act.LIFT_SUSPENSION, admission)
        _require_reason(reason)
        before = {"since": hold(admission).suspended_at, "reason": admission.suspension_reason}
        move(admission, Act.LIFT_SUSPENSION)
        admission.suspended_at = admission.suspension_reason = None
        record(
            Act.LIFT_SUSPENSION,
            admission,
            by=by,
            about=admission.provider_id,
            before=before,
            after={"reason": reason.strip()},
        )
        notices.lifted(admission, reason.strip())
    return admission


def _decide(admission: Admission, by: Actor) -> None:
    admission.decided_at, admission.decided_by_id, admission.decided_by_name = clock.now(), by.person_id, by.name


def _require_tier(admission: Admission, tier: str | None) -> None:
    tiers = admission.lot.tiers
    if tiers and tier not in tiers:
        raise Invalid(f"Choose the tier: {joined(tiers, 'or')}.", "tier")
    if not tiers and tier:
        raise Invalid("This lot has no tiers.", "tier")


def _require_reasons(reasons: Sequence[Refusal]) -> None:
    if not reasons:
        raise Invalid("Choose at least one reason.", "reasons")
    words = dict(REFUSAL_REASONS)
    for one in reasons:
        if one.reason not in words:
            raise Invalid("Choose the reasons from the list.", "reasons")
        if not one.explanation.strip():
            raise Invalid(
                f"Explain “{words[one.reason].lower()}”, so that the provider can mend it.", f"why_{one.reason}"
            )


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid("Say why; the provider reads it.", "reason")
