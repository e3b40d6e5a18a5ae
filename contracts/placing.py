"""Placing: the child moves in, and one day moves on. Fees run from the first day up to, not including, the last."""

from datetime import date

from sqlalchemy import select

from contracts.agreement import Agreement, AgreementFeeLine
from contracts.drafting import move_fee_lines
from contracts.fee_changes import close_line
from contracts.notices import tell_ended, tell_started
from contracts.one_place import require_left_the_other
from contracts.savings.claiming import claim_by_placement
from contracts.staying.whereabouts import last_move_on
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.permission import Invalid
from foundation.states import hold, move, require
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.code_lists import choices
from marketplace.free_places import free_place, known_on, take_place
from marketplace.policy import authorise
from referrals.referral import Referral


def end_reasons() -> list[tuple[str, str]]:
    """Why a placement ends, in the codes of the national return: a change of placement, or the end of care."""
    ends = [(code, label) for code, label in choices("ssda903_reason_episode_ceased") if code != "X1"]
    return choices("ssda903_reason_place_change") + ends


def start_placement(agreement: Agreement, on: date, *, reason: str = "", by: Actor) -> Agreement:
    """An officer records the day on which the child moved in. From here on the award cannot be undone; fees run from that day.

    Before the agreed day a reason is asked. A free place of the setting is taken.
    """
    with transaction():
        authorise(by, Act.START_PLACEMENT, agreement)
        hold(db.session.get_one(Referral, agreement.referral_id))
        require(hold(agreement), Act.START_PLACEMENT)
        require_left_the_other(agreement)
        _require_start(agreement, on, reason)
        move_fee_lines(agreement, agreement.starts_on, on)
        agreement.started_on, agreement.started_at = on, clock.now()
        move(agreement, Act.START_PLACEMENT)
        take_place(agreement.setting_id, agreement.drawn_up_at)
        record(
            Act.START_PLACEMENT, agreement, by=by, about=agreement.provider_id, before={"starts_on": agreement.starts_on},
            after={"started_on": on, "reason": reason.strip()},
        )  # fmt: skip
        claim_by_placement(agreement)
        tell_started(agreement)
    return agreement


def end_placement(agreement: Agreement, on: date, reason: str, planned: bool, *, by: Actor) -> Agreement:
    """An officer records the day on which the child left, why, and whether it was planned. Fees close, the place is free."""
    with transaction():
        authorise(by, Act.END_PLACEMENT, agreement)
        require(hold(agreement), Act.END_PLACEMENT)
        _require_end(agreement, on, reason)
        _close_fee_lines(agreement, on)
        agreement.ended_on, agreement.end_reason, agreement.ended_as_planned = on, reason, planned
        move(agreement, Act.END_PLACEMENT)
        free_place(agreement.setting_id, known_on(on))
        record(
            Act.END_PLACEMENT, agreement, by=by, about=agreement.provider_id,
            after={"ended_on": on, "reason": reason, "planned": planned},
        )  # fmt: skip
        tell_ended(agreement)
    return agreement


def _require_start(agreement: Agreement, on: date, reason: str) -> None:
    if on > clock.today():
        raise Invalid("Record the start on the day that the child moves in, or later.", "started_on")
    if on < agreement.starts_on and not reason.strip():
        raise Invalid(
            f"The agreement begins on {agreement.starts_on:%-d %B %Y}. Say why the placement started before it.",
            "reason",
        )
    if agreement.expected_end_on is not None and on >= agreement.expected_end_on:
        raise Invalid(
            f"The placement is expected to end on {agreement.expected_end_on:%-d %B %Y}. Enter a day before it.",
            "started_on",
        )


def _require_end(agreement: Agreement, on: date, reason: str) -> None:
    started = agreement.started_on
    if started is None or on <= started:
        raise Invalid(f"The placement started on {started:%-d %B %Y}. Enter a day after it.", "ended_on")
    moved = last_move_on(agreement)
    if moved is not None and on <= moved:
        raise Invalid(f"The child moved on {moved:%-d %B %Y}. Enter a day after it.", "ended_on")
    if on > clock.today():
        raise Invalid("Record the end on the day that the child leaves, or later.", "ended_on")
    if reason not in dict(end_reasons()):
        raise Invalid("Choose a reason from the list.", "reason")


def _close_fee_lines(agreement: Agreement, on: date) -> None:
    """A line that would have begun later closes on its own first day: it was never paid, and nothing is deleted."""
    for line in db.session.scalars(select(AgreementFeeLine).where(AgreementFeeLine.agreement_id == agreement.id)):
        close_line(line, on)
