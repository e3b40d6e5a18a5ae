"""Who is told of what becomes of a referral, and in which words. No letter says anything of the child."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from foundation.formatting import moment_long
from foundation.outbox import write_letter
from marketplace.acts import Act
from marketplace.policy import POLICY, RESPONDERS
from marketplace.roles import Role
from referrals.referral import Referral


def referral_awaits_approval(referral: Referral) -> None:
    """The borough's managers: a referral waits for their approval."""
    write_letter(
        act=Act.SEND_FOR_APPROVAL, organisation_id=referral.authority_id, to_roles=POLICY[Act.PUBLISH_REFERRAL].roles,
        subject=f"Referral {referral.reference} awaits your approval",
        body=f"Referral {referral.reference} is complete and awaits approval. Read the preview and the quality check, then"
        f" publish it with a deadline or send it back with a reason: /referrals/{referral.reference}/approval",
    )  # fmt: skip


def referral_sent_back(referral: Referral) -> None:
    """The officer: the manager wants something mended first. The reason stands on the page, not in the letter."""
    _tell_officer(
        referral, Act.SEND_BACK, f"Referral {referral.reference} was sent back",
        f"The manager sent referral {referral.reference} back to you. The reason stands at the head of its form:"
        f" /referrals/{referral.reference}/form",
    )  # fmt: skip


def referral_published(referral: Referral) -> None:
    """The officer: providers can be invited now."""
    _tell_officer(
        referral, Act.PUBLISH_REFERRAL, f"Referral {referral.reference} is published",
        f"Referral {referral.reference} is approved and published. Offers close on {_when(referral.deadline)}. Choose the"
        f" first settings to invite: /referrals/{referral.reference}/settings",
    )  # fmt: skip


def deadline_moved(referral: Referral, invited: Iterable[UUID]) -> None:
    """Every invited provider: there is another deadline."""
    for provider_id in invited:
        write_letter(
            act=Act.EXTEND_DEADLINE, organisation_id=provider_id, to_roles=RESPONDERS,
            subject=f"Referral {referral.reference}: new deadline",
            body=f"Offers for referral {referral.reference} now close on {_when(referral.deadline)}. An offer already made"
            f" stands: /inbox/{referral.reference}",
        )  # fmt: skip


def referral_withdrawn(referral: Referral, invited: Iterable[UUID]) -> None:
    """Every invited provider: no answer is needed any more. Why is the borough's own matter."""
    for provider_id in invited:
        write_letter(
            act=Act.WITHDRAW_REFERRAL, organisation_id=provider_id, to_roles=RESPONDERS,
            subject=f"Referral {referral.reference} was withdrawn",
            body=f"{referral.authority.name} withdrew referral {referral.reference}. Nothing more is needed from you, and no"
            " place needs to be held for it.",
        )  # fmt: skip


def _tell_officer(referral: Referral, act: Act, subject: str, body: str) -> None:
    roles = () if referral.officer_id else (Role.PLACEMENT_OFFICER,)
    write_letter(
        act=act, organisation_id=referral.authority_id, to_person_id=referral.officer_id, to_roles=roles,
        subject=subject, body=body,
    )  # fmt: skip


def _when(instant: datetime | None) -> str:
    return moment_long(instant)
