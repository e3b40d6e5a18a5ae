"""Letters about agreements and placements: act → who is told, in which words. None names a child.

Drawing up and changing a draft tell nobody: it is the borough's own until it is issued. An undone award's letter is the award's.
"""

from collections.abc import Iterable
from uuid import UUID

from flask import current_app

from contracts.agreement import Agreement
from foundation.formatting import day
from foundation.outbox import write_letter
from marketplace.acts import Act
from marketplace.policy import OFFICERS, RESPONDERS
from marketplace.roles import Role


def tell_issued(agreement: Agreement) -> None:
    """The provider's managers learn that an agreement waits for their signature."""
    _tell(
        Act.ISSUE_AGREEMENT, agreement.provider_id, [Role.PROVIDER_MANAGER], agreement,
        f"Agreement {agreement.reference} is ready for you to sign",
        f"{agreement.authority.name} has issued agreement {agreement.reference} for a place at {agreement.setting.name} from"
        f" {day(agreement.starts_on)}. Read it and sign it; the borough signs after you.",
    )  # fmt: skip


def tell_signed_by_provider(agreement: Agreement) -> None:
    """Those who may sign for the borough learn that it is their turn."""
    _tell(
        Act.SIGN_FOR_PROVIDER, agreement.authority_id, [Role.PLACEMENT_MANAGER, Role.DIRECTOR], agreement,
        f"{agreement.provider.name} has signed agreement {agreement.reference}",
        f"{agreement.provider.name} has signed agreement {agreement.reference}. It waits for the borough’s signature.",
    )  # fmt: skip


def tell_signed_by_borough(agreement: Agreement) -> None:
    """Both sides learn that the agreement is signed, and where the signed paper lies."""
    subject = f"Agreement {agreement.reference} is signed by both sides"
    body = (
        f"Agreement {agreement.reference} is signed by {agreement.provider.name} and {agreement.authority.name}. The place"
        f" begins on {day(agreement.starts_on)}. The signed paper, with its certificate, can be downloaded."
    )
    _tell(Act.SIGN_FOR_BOROUGH, agreement.provider_id, RESPONDERS, agreement, subject, body)
    _tell(Act.SIGN_FOR_BOROUGH, agreement.authority_id, OFFICERS, agreement, subject, body)


def tell_started(agreement: Agreement) -> None:
    """The provider learns that the placement is recorded as started, and from which day fees run."""
    _tell(
        Act.START_PLACEMENT, agreement.provider_id, [*RESPONDERS, Role.PROVIDER_FINANCE], agreement,
        f"Placement {agreement.reference} has started",
        f"{agreement.authority.name} has recorded that the placement under agreement {agreement.reference} started on"
        f" {day(agreement.started_on)}. Fees run from that day.",
    )  # fmt: skip


def tell_ended(agreement: Agreement) -> None:
    """The provider, and the borough's finance officers, learn that the placement has ended and that its fees are closed."""
    subject = f"Placement {agreement.reference} has ended"
    body = (
        f"{agreement.authority.name} has recorded that the placement under agreement {agreement.reference} ended on"
        f" {day(agreement.ended_on)}. No fee is due for that day or any later one."
    )
    told = [*RESPONDERS, Role.PROVIDER_FINANCE]
    _tell(Act.END_PLACEMENT, agreement.provider_id, told, agreement, subject, body)
    _tell(Act.END_PLACEMENT, agreement.authority_id, [Role.FINANCE_OFFICER], agreement, subject, body)


def _tell(
    act: Act, organisation_id: UUID, roles: Iterable[Role], agreement: Agreement, subject: str, body: str
) -> None:
    address = f"{current_app.config['SETTINGS'].public_url}/placements/{agreement.reference}"
    write_letter(act=act, organisation_id=organisation_id, to_roles=roles, subject=subject, body=f"{body}\n\n{address}")
