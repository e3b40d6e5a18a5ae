"""Letters about the market's answers: act → who is told, in which words. None names a child, a price or a question's asker."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from flask import current_app

from foundation.formatting import clock_time, day
from foundation.outbox import write_letter
from marketplace.acts import Act
from marketplace.policy import OFFICERS, RESPONDERS
from referrals.offer import DeclineReason, Offer
from referrals.referral import Referral


def tell_invited(referral: Referral, providers: Iterable[UUID]) -> None:
    """Each invited provider's responders learn that a referral awaits their answer."""
    for provider_id in providers:
        write_letter(
            act=Act.INVITE_WAVE, organisation_id=provider_id, to_roles=RESPONDERS,
            subject=f"New referral {referral.reference}: answer by {_by(referral)}",
            body=f"{referral.authority.name} asks whether you can help with referral {referral.reference}"
            f" ({referral.lot.name}).\n\nRead it and answer by {_by(referral)}: make an offer, ask a question, or say why"
            f" you cannot help.\n\n{_address(f'/inbox/{referral.reference}')}",
        )  # fmt: skip


def tell_asked(referral: Referral) -> None:
    """The borough's officers learn that a question waits."""
    _tell_borough(
        referral,
        Act.ASK_CLARIFICATION,
        f"A question about {referral.reference}",
        f"A provider has asked about referral {referral.reference}. Your answer goes to every provider that was invited,"
        f" without saying who asked.\n\n{_address(f'/referrals/{referral.reference}/questions')}",
    )


def tell_answered(referral: Referral, providers: Iterable[UUID]) -> None:
    """Everybody who was invited learns that a question was answered."""
    for provider_id in providers:
        write_letter(
            act=Act.ANSWER_CLARIFICATION, organisation_id=provider_id, to_roles=RESPONDERS,
            subject=f"A question about {referral.reference} was answered",
            body=f"{referral.authority.name} has answered a question about referral {referral.reference}, for everybody"
            f" who was invited.\n\n{_address(f'/inbox/{referral.reference}')}",
        )  # fmt: skip


def tell_offered(act: Act, referral: Referral, offer: Offer, provider_name: str) -> None:
    """The provider gets its receipt; the borough learns that an offer lies sealed, and nothing of what is in it."""
    done = {Act.SUBMIT_OFFER: "was sent", Act.REVISE_OFFER: "was changed", Act.WITHDRAW_OFFER: "was taken back"}[act]
    write_letter(
        act=act, organisation_id=offer.provider_id, to_roles=RESPONDERS,
        subject=f"Your offer {offer.reference} {done}",
        body=f"Your offer {offer.reference} on referral {referral.reference} {done}.\n\nReceipt (SHA-256):"
        f" {offer.receipt_hash}\n\nNobody at {referral.authority.name} can read an offer before the offers are opened.\n\n"
        f"{_address(f'/offers/{offer.reference}')}",
    )  # fmt: skip
    _tell_borough(
        referral,
        act,
        f"An offer on {referral.reference} {done}",
        f"An offer by {provider_name} on referral {referral.reference} {done}. Offers lie sealed until they are opened.\n\n"
        f"{_address(f'/referrals/{referral.reference}/invitations')}",
    )


def tell_declined(referral: Referral, provider_name: str, reason: DeclineReason) -> None:
    """The borough's officers learn at once who cannot help, and why."""
    _tell_borough(
        referral,
        Act.DECLINE_REFERRAL,
        f"{provider_name} declined {referral.reference}",
        f"{provider_name} cannot help with referral {referral.reference}: {reason.words.lower()}.\n\n"
        f"{_address(f'/referrals/{referral.reference}/invitations')}",
    )


def tell_taken_back(referral: Referral, provider_name: str) -> None:
    """The borough's officers learn that a provider may answer after all."""
    _tell_borough(
        referral,
        Act.TAKE_BACK_DECLINE,
        f"{provider_name} took back its decline on {referral.reference}",
        f"{provider_name} took back its decline on referral {referral.reference} and may make an offer until the"
        f" deadline.\n\n{_address(f'/referrals/{referral.reference}/invitations')}",
    )


def _tell_borough(referral: Referral, act: Act, subject: str, body: str) -> None:
    write_letter(act=act, organisation_id=referral.authority_id, to_roles=OFFICERS, subject=subject, body=body)


def _by(referral: Referral) -> str:
    deadline = referral.deadline
    assert isinstance(deadline, datetime), "a published referral has a deadline"
    return f"{day(deadline)}, {clock_time(deadline)}"


def _address(path: str) -> str:
    return f"{current_app.config['SETTINGS'].public_url}{path}"
