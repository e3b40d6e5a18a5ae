"""Letters about moves and disruption meetings: who is told, in which words. None names a child or says what was found."""

from collections.abc import Collection, Iterable
from uuid import UUID

from flask import current_app

from contracts.agreement import Agreement
from contracts.staying.meeting import DisruptionAction, DisruptionMeeting
from contracts.staying.setting_move import SettingMove
from foundation.formatting import day
from foundation.outbox import write_letter
from marketplace.acts import Act
from marketplace.policy import OFFICERS, RESPONDERS
from marketplace.roles import Role


def tell_moved(agreement: Agreement, moved: SettingMove) -> None:
    """The provider, and the borough's finance officers, learn where the child lives from which day on."""
    subject = f"Placement {agreement.reference} has moved"
    body = (
        f"{agreement.authority.name} has recorded that the placement under agreement {agreement.reference} moved to"
        f" {agreement.setting.name} on {day(moved.moved_on)}. The fees stay as agreed: other fees want a variation."
    )
    told = [*RESPONDERS, Role.PROVIDER_FINANCE]
    _tell(Act.MOVE_PLACEMENT, agreement.provider_id, told, agreement, subject, body, "moves")
    _tell(Act.MOVE_PLACEMENT, agreement.authority_id, [Role.FINANCE_OFFICER], agreement, subject, body, "moves")


def tell_meeting_held(agreement: Agreement, meeting: DisruptionMeeting, owners: Collection[str]) -> None:
    """Both sides learn that the meeting is recorded, and whether actions are theirs."""
    for side, organisation_id, roles in (
        ("provider", agreement.provider_id, RESPONDERS),
        ("borough", agreement.authority_id, OFFICERS),
    ):
        yours = "Some of its actions are yours." if side in owners else "None of its actions is yours."
        _tell(
            Act.RECORD_DISRUPTION_MEETING, organisation_id, roles, agreement,
            f"A disruption meeting about placement {agreement.reference} is recorded",
            f"The disruption meeting of {day(meeting.held_on)} about placement {agreement.reference} is recorded. {yours}",
            "disruption",
        )  # fmt: skip


def tell_action_done(agreement: Agreement, action: DisruptionAction) -> None:
    """The other side learns that an action is done."""
    organisation_id, roles, doer = (
        (agreement.authority_id, OFFICERS, agreement.provider.name)
        if action.owner == "provider"
        else (agreement.provider_id, RESPONDERS, agreement.authority.name)
    )
    _tell(
        Act.COMPLETE_DISRUPTION_ACTION, organisation_id, roles, agreement,
        f"An action for placement {agreement.reference} is done",
        f"{doer} has done what a disruption meeting about placement {agreement.reference} asked of it.", "disruption",
    )  # fmt: skip


def _tell(
    act: Act, organisation_id: UUID, roles: Iterable[Role], agreement: Agreement, subject: str, body: str, page: str
) -> None:
    address = f"{current_app.config['SETTINGS'].public_url}/placements/{agreement.reference}/{page}"
    write_letter(act=act, organisation_id=organisation_id, to_roles=roles, subject=subject, body=f"{body}\n\n{address}")
