"""Moving: the borough's officer records that the child went to another setting of the same provider."""

import uuid
from dataclasses import dataclass
from datetime import date

from contracts.agreement import Agreement
from contracts.costs import reckoned
from contracts.queries import fee_lines_of
from contracts.staying.destinations import destinations
from contracts.staying.notices import tell_moved
from contracts.staying.setting_move import SettingMove
from contracts.staying.whereabouts import moves_of
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.formatting import day_plain
from foundation.permission import Invalid, NotNow
from foundation.states import hold, require
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.code_lists import choices
from marketplace.free_places import free_place, known_on, take_place
from marketplace.policy import authorise
from marketplace.setting import Setting
from marketplace.setting_term import terms_of


@dataclass(frozen=True, kw_only=True)
class NewPlace:
    """Where the child went, from which night on, and why."""

    setting: str
    moved_on: date
    reason: str
    note: str = ""


def move_reasons() -> list[tuple[str, str]]:
    """The national return's reasons for a change of placement, without the change that is none of place."""
    return [(code, label) for code, label in choices("ssda903_reason_place_change") if code != "PLACE"]


def move_placement(agreement: Agreement, to: NewPlace, *, by: Actor) -> SettingMove:
    """An officer records a move, on its day or later. Fees run on as agreed; the old place is free, the provider is told."""
    with transaction():
        authorise(by, Act.MOVE_PLACEMENT, agreement)
        require(hold(agreement), Act.MOVE_PLACEMENT)
        require_framework_place(agreement)
        _require_day(agreement, to.moved_on)
        if to.reason not in dict(move_reasons()):
            raise Invalid("Choose a reason from the list.", "reason")
        moved = _moved(agreement, _destination(agreement, to), to, by)
        db.session.add(moved)
        free_place(moved.from_setting_id, known_on(to.moved_on))
        take_place(moved.to_setting_id, known_on(to.moved_on))
        agreement.setting_id = moved.to_setting_id
        db.session.flush()
        db.session.refresh(agreement, ["setting"])
        record(
            Act.MOVE_PLACEMENT, agreement, by=by, about=agreement.provider_id,
            before={"setting": str(moved.from_setting_id)},
            after={"setting": str(moved.to_setting_id), "moved_on": to.moved_on, "reason": to.reason},
        )  # fmt: skip
        tell_moved(agreement, moved)
    return moved


def require_framework_place(agreement: Agreement) -> None:
    """A place that was bought otherwise than by an award of the framework is bought where it is."""
    if agreement.bought_by == "spot":
        raise NotNow("This place was bought outside the framework. Another setting is a new spot purchase.")
    if agreement.block_contract_id is not None:
        raise NotNow(
            "The child has a paid place of a block contract at this setting. Another setting is a new agreement."
        )


def _require_day(agreement: Agreement, on: date) -> None:
    moves = moves_of(agreement)
    since = moves[-1].moved_on if moves else agreement.started_on
    assert since is not None, "the placement has started"
    if on <= since:
        raise Invalid(
            f"The child has been at {agreement.setting.name} since {day_plain(since)}. Enter a later day.", "moved_on"
        )
    if on > clock.today():
        raise Invalid("Record the move on the day that the child moves, or later.", "moved_on")


def _destination(agreement: Agreement, to: NewPlace) -> Setting:
    found = [each for each in destinations(agreement, to.moved_on) if each.setting.reference == to.setting]
    if not found:
        raise Invalid("Choose another setting of this provider that is admitted to the lot.", "setting")
    if found[0].failures:
        raise Invalid(found[0].reasons, "setting")
    _require_like_terms(agreement, found[0].setting)
    return found[0].setting


def _require_like_terms(agreement: Agreement, setting: Setting) -> None:
    """Fees that follow terms follow those of the agreement's setting: other terms would reckon the past anew."""
    if not any(line.follows_terms for line in reckoned(fee_lines_of(agreement))):
        return
    terms = terms_of([agreement.setting_id, setting.id])
    if terms[agreement.setting_id] != terms[setting.id]:
        raise Invalid(
            f"Fees of this agreement follow the terms of {agreement.setting.name}, and those of {setting.name} differ."
            " End the placement and agree the new one with its own fees.",
            "setting",
        )


def _moved(agreement: Agreement, setting: Setting, to: NewPlace, by: Actor) -> SettingMove:
    return SettingMove(
        id=uuid.uuid4(), number=len(moves_of(agreement)) + 1, agreement_id=agreement.id, authority_id=agreement.authority_id,
        provider_id=agreement.provider_id, from_setting_id=agreement.setting_id, to_setting_id=setting.id,
        moved_on=to.moved_on, reason=to.reason, note=to.note.strip(), recorded_at=clock.now(), recorded_by_name=by.name,
    )  # fmt: skip
