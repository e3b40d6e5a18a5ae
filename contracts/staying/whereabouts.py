"""Where a child stayed on which day: the moves of an agreement, read from its first day to its last."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from contracts.agreement import Agreement
from contracts.staying.setting_move import SettingMove
from foundation.database import db


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the stay at one setting, from a day up to, not including, another (None: still there)."""

    setting_id: uuid.UUID
    starts_on: date
    ends_on: date | None


def moves_of(agreement: Agreement) -> Sequence[SettingMove]:
    """The moves in their order."""
    of = select(SettingMove).where(SettingMove.agreement_id == agreement.id).order_by(SettingMove.moved_on)
    return db.session.scalars(of).all()


def last_move_on(agreement: Agreement) -> date | None:
    """The day of the last move; None where there was none."""
    moves = moves_of(agreement)
    return moves[-1].moved_on if moves else None


def stretches_of(agreement: Agreement) -> list[Stretch]:
    """The stay, setting by setting, in order and without a gap."""
    moves = moves_of(agreement)
    settings = [move.from_setting_id for move in moves] + [agreement.setting_id]
    starts = [agreement.started_on or agreement.starts_on] + [move.moved_on for move in moves]
    ends = [*(move.moved_on for move in moves), agreement.ended_on]
    return [Stretch(*part) for part in zip(settings, starts, ends, strict=True)]


def setting_on(agreement: Agreement, day: date) -> uuid.UUID | None:
    """The setting at which the child slept on that night; None before the first day and from the last on."""
    for part in stretches_of(agreement):
        if part.starts_on <= day and (part.ends_on is None or day < part.ends_on):
            return part.setting_id
    return None
