"""Letters about the award and its undoing. The winner is told first; the others learn their own result and nobody else's."""

import uuid
from collections.abc import Iterable, Sequence

from foundation.outbox import write_letter
from marketplace.acts import Act
from marketplace.policy import OFFICERS, RESPONDERS
from referrals.notices_choosing import address
from referrals.offer import Offer
from referrals.referral import Referral


def tell_awarded(
    referral: Referral, winner: Offer, losers: Sequence[Offer], without_offer: Iterable[uuid.UUID]
) -> None:
    """The winner, then each loser, then those who made no offer, then the borough's officers."""
    write_letter(
        act=Act.AWARD_OFFER, organisation_id=winner.provider_id, to_roles=RESPONDERS,
        subject=f"Your offer {winner.reference} was chosen",
        body=f"{referral.authority.name} has chosen your offer {winner.reference} on referral {referral.reference}. What you need"
        " to know of the child is now open to you, behind a page whose reading is recorded. The agreement follows.\n\n"
        f"{address(f'/offers/{winner.reference}')}",
    )  # fmt: skip
    for offer in losers:
        write_letter(
            act=Act.AWARD_OFFER, organisation_id=offer.provider_id, to_roles=RESPONDERS,
            subject=f"Your offer {offer.reference} was not chosen",
            body=f"{referral.authority.name} has not chosen your offer {offer.reference} on referral {referral.reference}. Thank you"
            " for making it. Your marks with their reasons, your scores and your place are here, with how to ask for a"
            f" conversation about them:\n\n{address(f'/offers/{offer.reference}')}",
        )  # fmt: skip
    for provider_id in sorted(without_offer):
        write_letter(
            act=Act.AWARD_OFFER, organisation_id=provider_id, to_roles=RESPONDERS,
            subject=f"Referral {referral.reference} has closed",
            body=f"{referral.authority.name} has found a place for referral {referral.reference}. Nothing is asked of you any"
            " more, and the referral can no longer be read.",
        )  # fmt: skip
    _tell_borough(
        referral, Act.AWARD_OFFER, f"{referral.reference} was awarded",
        f"Offer {winner.reference} was chosen for referral {referral.reference}. The agreement can be drawn up.",
    )  # fmt: skip


def tell_undone(referral: Referral, winner_id: uuid.UUID, offers: Sequence[Offer], reason: str) -> None:
    """The former winner learns that the award was undone and why; the others, that their offers stand again."""
    winner = next(offer for offer in offers if offer.id == winner_id)
    write_letter(
        act=Act.UNDO_AWARD, organisation_id=winner.provider_id, to_roles=RESPONDERS,
        subject=f"The award of your offer {winner.reference} was undone",
        body=f"{referral.authority.name} has undone the award of your offer {winner.reference} on referral {referral.reference}."
        f"\n\nThe reason: {reason}\n\nYour offer stands beside the others again. You no longer see who the child is.\n\n"
        f"{address(f'/offers/{winner.reference}')}",
    )  # fmt: skip
    for offer in offers:
        if offer is winner:
            continue
        write_letter(
            act=Act.UNDO_AWARD, organisation_id=offer.provider_id, to_roles=RESPONDERS,
            subject=f"Your offer {offer.reference} stands again",
            body=f"The award on referral {referral.reference} was undone, so {referral.authority.name} is choosing again. Your offer"
            f" {offer.reference} stands as you made it; you may take it back.\n\n{address(f'/offers/{offer.reference}')}",
        )  # fmt: skip
    _tell_borough(
        referral, Act.UNDO_AWARD, f"The award on {referral.reference} was undone",
        f"The award of offer {winner.reference} on referral {referral.reference} was undone. The reason: {reason}",
    )  # fmt: skip


def _tell_borough(referral: Referral, act: Act, subject: str, body: str) -> None:
    page = address(f"/referrals/{referral.reference}/offers")
    write_letter(
        act=act, organisation_id=referral.authority_id, to_roles=OFFICERS, subject=subject, body=f"{body}\n\n{page}"
    )
