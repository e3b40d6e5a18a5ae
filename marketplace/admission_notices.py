"""Who is told of what becomes of an application, and by which letter."""

from collections.abc import Sequence
from typing import Any

from foundation.formatting import joined
from foundation.outbox import write_letter
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.admission import Admission
from marketplace.framework import Lot
from marketplace.roles import Role
from marketplace.setting import Setting


def applied(lot: Lot, admission: Admission, *, by: Actor) -> None:
    """The hub's managers: there is something to decide."""
    _to_hub(
        Act.APPLY_TO_LOT, lot, f"{by.organisation_name} applies to {lot.name}",
        f"{by.organisation_name} has applied to the lot {lot.name} of {lot.framework.name}.\n\n"
        f"The application is {admission.reference}. It is to be decided within ten working days.",
    )  # fmt: skip


def settings_added(lot: Lot, admission: Admission, settings: Sequence[Setting], *, by: Actor) -> None:
    """The hub's managers: an admission has grown."""
    _to_hub(
        Act.ADD_TO_ADMISSION, lot, f"{by.organisation_name} adds settings in {lot.name}",
        f"{by.organisation_name} has brought {joined([setting.name for setting in settings])} into {lot.name}"
        f" ({admission.reference}).",
    )  # fmt: skip


def withdrawn(admission: Admission, *, by: Actor) -> None:
    """The hub's managers: nothing is left to decide."""
    _to_hub(
        Act.WITHDRAW_APPLICATION, admission.lot, f"{by.organisation_name} withdraws its application",
        f"{by.organisation_name} has withdrawn its application {admission.reference} to {admission.lot.name}.",
    )  # fmt: skip


def admitted(admission: Admission) -> None:
    """The provider's managers: welcome, in which tier, and what comes next."""
    tier = f" in {admission.tier}" if admission.tier else ""
    note = f"\n\n{admission.decision_note}" if admission.decision_note else ""
    _to_provider(
        Act.ADMIT_PROVIDER, admission, f"You are admitted to {admission.lot.name}",
        f"{admission.provider.name} is admitted to {admission.lot.name} of {admission.lot.framework.name}{tier}.{note}\n\n"
        "Boroughs can invite your settings from now on. Keep their vacancies up to date, so that you are asked first.",
    )  # fmt: skip


def refused(admission: Admission) -> None:
    """The provider's managers: the reasons, each explained."""
    _to_provider(
        Act.REFUSE_PROVIDER, admission, f"Your application to {admission.lot.name} was refused",
        f"The application {admission.reference} of {admission.provider.name} to {admission.lot.name} was refused.\n\n"
        + "\n".join(f"{found['reason']}: {found['explanation']}" for found in _reasons(admission))
        + "\n\nYou may apply again once this is mended.",
    )  # fmt: skip


def suspended(admission: Admission) -> None:
    """The provider's managers: no new referrals, and why; placements stay."""
    _to_provider(
        Act.SUSPEND_ADMISSION, admission, f"Your admission to {admission.lot.name} is suspended",
        f"No borough can invite {admission.provider.name} in {admission.lot.name} from now on. Placements stay as they are.\n\n"
        f"Reason: {admission.suspension_reason}",
    )  # fmt: skip


def lifted(admission: Admission, reason: str) -> None:
    """The provider's managers: referrals come again."""
    _to_provider(
        Act.LIFT_SUSPENSION, admission, f"Your suspension in {admission.lot.name} is lifted",
        f"Boroughs can invite {admission.provider.name} in {admission.lot.name} again.\n\nReason: {reason}",
    )  # fmt: skip


def _reasons(admission: Admission) -> list[Any]:
    return admission.refusal_reasons or []


def _to_hub(act: Act, lot: Lot, subject: str, body: str) -> None:
    write_letter(act=act, organisation_id=lot.framework.hub_id, subject=subject, body=body, to_roles=[Role.HUB_MANAGER])


def _to_provider(act: Act, admission: Admission, subject: str, body: str) -> None:
    write_letter(
        act=act, organisation_id=admission.provider_id, subject=subject, body=body, to_roles=[Role.PROVIDER_MANAGER]
    )
