"""Letters about spot purchases: act → who is told. None names a child; the hub is told of an unregistered place without one."""

from collections.abc import Iterable

from flask import current_app
from sqlalchemy import select

from contracts.agreement import Agreement
from contracts.spot.purchase import SpotPurchase
from contracts.spot.words import reason_words
from foundation.database import db
from foundation.formatting import day, money
from foundation.outbox import write_letter
from marketplace.acts import Act
from marketplace.organisation import Organisation, PartnershipMember
from marketplace.policy import NEGOTIATORS, OFFICERS
from marketplace.roles import Role
from marketplace.setting import Setting

DECIDERS = (Role.PLACEMENT_MANAGER, Role.DIRECTOR)


def tell_proposed(purchase: SpotPurchase, authority: Organisation, setting: Setting) -> None:
    """Those who decide learn that a place outside the framework is proposed."""
    urgent = " on the emergency path" if purchase.emergency else ""
    unregistered = (
        " The place is not in the register, so only a director may approve it." if purchase.unregistered else ""
    )
    _tell(
        purchase, Act.PROPOSE_SPOT_PURCHASE, DECIDERS, f"Spot purchase {purchase.reference} waits for your decision",
        f"{purchase.proposed_by_name} proposes to buy a place at {setting.name} outside the framework{urgent}, from"
        f" {day(purchase.starts_on)}, for {money(purchase.weekly_cost)} a week: {reason_words(purchase.reason).lower()}."
        f"{unregistered}",
    )  # fmt: skip


def tell_approved(purchase: SpotPurchase) -> None:
    """The officers learn that they may draw up the agreement."""
    _tell(
        purchase, Act.APPROVE_SPOT_PURCHASE, OFFICERS, f"Spot purchase {purchase.reference} is approved",
        f"{purchase.decided_by_name} has approved spot purchase {purchase.reference}. The agreement can be drawn up now."
        f" It is reviewed by {day(purchase.review_on)}.",
    )  # fmt: skip


def tell_refused(purchase: SpotPurchase) -> None:
    """The officers learn that the purchase is refused, and why."""
    _tell(
        purchase, Act.REFUSE_SPOT_PURCHASE, OFFICERS, f"Spot purchase {purchase.reference} is refused",
        f"{purchase.decided_by_name} has refused spot purchase {purchase.reference}: {purchase.decision_note}",
    )  # fmt: skip


def tell_withdrawn(purchase: SpotPurchase, agreement: str | None) -> None:
    """Those who decide learn that nothing is bought; the provider, where an agreement was cancelled with it."""
    subject = f"Spot purchase {purchase.reference} is withdrawn"
    said = f"{purchase.withdrawn_by_name} has withdrawn spot purchase {purchase.reference}: {purchase.withdrawn_reason}"
    _tell(purchase, Act.WITHDRAW_SPOT_PURCHASE, DECIDERS, subject, said)
    if agreement:
        write_letter(
            act=Act.WITHDRAW_SPOT_PURCHASE, organisation_id=purchase.provider_id, to_roles=[Role.PROVIDER_MANAGER],
            subject=f"Agreement {agreement} is cancelled",
            body=f"{purchase.authority.name} has cancelled agreement {agreement} before its start.",
        )  # fmt: skip


def tell_unregistered(purchase: SpotPurchase) -> None:
    """The hub of the partnership learns that a child is to live in an unregistered place, and by when the child leaves it."""
    hubs = select(PartnershipMember.hub_id).where(PartnershipMember.authority_id == purchase.authority_id).distinct()
    for hub_id in db.session.scalars(hubs):
        write_letter(
            act=Act.APPROVE_SPOT_PURCHASE, organisation_id=hub_id, to_roles=NEGOTIATORS,
            subject=f"{purchase.authority.name} places a child in an unregistered place",
            body=f"Spot purchase {purchase.reference} of {purchase.authority.name} is of a place that is not in the register. The"
            f" child is to leave it by {day(purchase.leave_by)}; it is reviewed every week, and stands under Your work until it"
            f" ends.\n\n{_address(purchase)}",
        )  # fmt: skip


def tell_converted(purchase: SpotPurchase, agreement: Agreement) -> None:
    """Officers and finance learn from which day the placement counts as bought through the framework."""
    _tell(
        purchase, Act.CONVERT_SPOT_PURCHASE, [*OFFICERS, Role.FINANCE_OFFICER],
        f"Placement {agreement.reference} counts as bought through the framework",
        f"{purchase.setting.name} has been admitted to {purchase.lot.name}. From {day(agreement.converted_on)} on placement"
        f" {agreement.reference} counts as bought through the framework and stands under its terms; the days before stay spot.",
    )  # fmt: skip


def _tell(purchase: SpotPurchase, act: Act, roles: Iterable[Role], subject: str, body: str) -> None:
    write_letter(
        act=act, organisation_id=purchase.authority_id, to_roles=roles, subject=subject,
        body=f"{body}\n\n{_address(purchase)}",
    )  # fmt: skip


def _address(purchase: SpotPurchase) -> str:
    return f"{current_app.config['SETTINGS'].public_url}/spot-purchases/{purchase.reference}"
