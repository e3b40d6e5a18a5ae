"""Letters about choosing: who is told of a recommendation and of a search that ends without an award. None names a child or a price."""

import uuid
from collections.abc import Iterable, Sequence

from flask import current_app

from foundation.outbox import write_letter
from marketplace.acts import Act
from marketplace.policy import RESPONDERS
from marketplace.roles import Role
from referrals.offer import Offer
from referrals.referral import Referral


def tell_recommended(referral: Referral, offer: Offer) -> None:
    """The managers learn that an award waits for one of them who did not recommend it."""
    write_letter(
        act=Act.RECOMMEND_OFFER, organisation_id=referral.authority_id, to_roles=[Role.PLACEMENT_MANAGER],
        subject=f"Award wanted on {referral.reference}",
        body=f"Offer {offer.reference} on referral {referral.reference} was recommended. Somebody who did not recommend it"
        f" decides on the award.\n\n{address(f'/referrals/{referral.reference}/offers')}",
    )  # fmt: skip


def tell_closed(referral: Referral, offers: Sequence[Offer], invited: Iterable[uuid.UUID]) -> None:
    """Everybody who was invited learns that the search has ended and why; those who offered, where their marks stand."""
    own: dict[uuid.UUID, list[Offer]] = {}
    for offer in offers:
        own.setdefault(offer.provider_id, []).append(offer)
    for provider_id in sorted({*invited, *own}):
        marks = "\n".join(address(f"/offers/{offer.reference}") for offer in own.get(provider_id, ()))
        write_letter(
            act=Act.CLOSE_WITHOUT_AWARD, organisation_id=provider_id, to_roles=RESPONDERS,
            subject=f"Referral {referral.reference} has ended without an award",
            body=f"{referral.authority.name} has ended referral {referral.reference} without awarding it.\n\nThe reason:"
            f" {referral.closing_reason}" + (f"\n\nYour offer, with its marks:\n{marks}" if marks else ""),
        )  # fmt: skip


def address(path: str) -> str:
    """A page of ours, as a letter names it."""
    return f"{current_app.config['SETTINGS'].public_url}{path}"
