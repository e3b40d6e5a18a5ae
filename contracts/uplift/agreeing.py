"""Agreeing: the one act that changes fees, for every covered agreement at once or for none.

The old line is closed on the effective date and a new one, alike but for its amount, begins on it: the past is never edited. What
was asked and what was agreed is kept for each line. A percentage is taken of the old amount and rounded half-up to the penny.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import date

from contracts.savings.claiming import claim_uplift_avoided
from contracts.uplift.answering import last_counter
from contracts.uplift.change import Change, is_unusual
from contracts.uplift.covering import held_lines
from contracts.uplift.notices import tell_agreed, tell_boroughs_agreed
from contracts.uplift.replacing import Raised, replace_covered_lines
from contracts.uplift.request import RequestState, UpliftRequest
from contracts.uplift.round import RoundState, UpliftRound
from contracts.years import require_open_year
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.formatting import money, plural
from foundation.permission import Invalid, NotNow
from foundation.states import hold, move, require
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import authorise


def agree_uplift(request: UpliftRequest, reason: str, *, override: bool = False, by: Actor) -> list[Raised]:
    """The hub agrees what stands between both sides: the request as asked, or the counter-offer that the provider accepted.

    Every covered fee line changes from the effective date; the provider gets one letter with the schedule, each borough one.
    """
    with transaction():
        authorise(by, Act.AGREE_UPLIFT, request)
        require(hold_with_its_round(request), Act.AGREE_UPLIFT)
        change, from_on = _agreed_between(request)
        raised = _carry_through(request, change, from_on, override)
        move(request, Act.AGREE_UPLIFT)
        _settle(request, change, from_on, reason, override, by)
        _write_down(Act.AGREE_UPLIFT, request, raised, by)
    return raised


def allow_appeal(
    request: UpliftRequest, change: Change, from_on: date, reason: str, *, override: bool = False, by: Actor
) -> list[Raised]:
    """Somebody else than who refused or countered allows the appeal, at no more than was asked; the fees change as when agreed."""
    with transaction():
        authorise(by, Act.ALLOW_APPEAL, hold_with_its_round(request))
        require(request, Act.ALLOW_APPEAL)
        _require_at_most(change, request.asked)
        raised = _carry_through(request, change, from_on, override)
        move(request, Act.ALLOW_APPEAL)
        _settle(request, change, from_on, reason, override, by)
        _write_down(Act.ALLOW_APPEAL, request, raised, by)
    return raised


def hold_with_its_round(request: UpliftRequest) -> UpliftRequest:
    """The request, held, in a round that stays open until we are done."""
    hold(request)
    opened = hold(db.session.get_one(UpliftRound, request.round_id), share=True)
    if opened.state is not RoundState.OPEN:
        raise NotNow("The round is closed, so no fee changes by it.")
    return request


def _agreed_between(request: UpliftRequest) -> tuple[Change, date]:
    counter = last_counter(request) if request.state is RequestState.ACCEPTED else None
    if counter is not None:
        return counter.change, counter.effective_on
    return request.asked, request.round.effective_on


def _require_at_most(change: Change, asked: Change) -> None:
    if (change.rate is None, change.unit) != (asked.rate is None, asked.unit) or change.figure > asked.figure:
        raise Invalid(f"{asked.words} was asked: an appeal is allowed at no more than that.", "amount")


def _carry_through(request: UpliftRequest, change: Change, from_on: date, override: bool) -> list[Raised]:
    """Hold every covered line, check, close and add, and keep the facts. However many there are, in a handful of statements."""
    require_open_year(from_on, "from_on")
    raised = [
        Raised(live, uuid.uuid4(), request.asked.of(live.line.amount), change.of(live.line.amount))
        for live in held_lines(request, from_on)
    ]
    _require_usual(raised, override)
    replace_covered_lines(request, raised, from_on)
    return raised


def _settle(request: UpliftRequest, change: Change, from_on: date, reason: str, override: bool, by: Actor) -> None:
    if not reason.strip():
        raise Invalid("Give the reason for the decision.", "reason")
    request.agreed_at, request.agreed_by_name, request.agreed_reason = clock.now(), by.name, reason.strip()
    request.agreed_percent, request.agreed_rate, request.agreed_from = change.percent, change.rate, from_on
    request.is_overridden = override


def _require_usual(raised: Sequence[Raised], override: bool) -> None:
    if not raised:
        raise Invalid("No live fee is covered by this request, so there is nothing to agree.")
    unusual = [row for row in raised if is_unusual(row.live.line.amount, row.agreed)]
    if any(row.agreed <= 0 for row in raised):
        raise Invalid("A new fee must be above nought.")
    if unusual and not override:
        first = unusual[0]
        raise Invalid(
            f"{plural(len(unusual), 'fee')} would change by more than a tenth: {first.live.agreement}, {first.live.line.label}, from"
            f" {money(first.live.line.amount)} to {money(first.agreed)}. Say that this is meant.", "override"
        )  # fmt: skip


def _write_down(act: Act, request: UpliftRequest, raised: Sequence[Raised], by: Actor) -> None:
    assert request.agreed is not None
    claim_uplift_avoided(request.id)
    agreements = {row.live.agreement_id for row in raised}
    record(
        act, request, by=by, about=request.provider_id, before={"asked": request.asked.words},
        after={
            "agreed": request.agreed.words, "from": request.agreed_from, "agreements": len(agreements), "lines": len(raised),
            "override": request.is_overridden,
        },
    )  # fmt: skip
    schedule = [(row.live.agreement, row.live.line.label, row.live.line.amount, row.agreed) for row in raised]
    tell_agreed(act, request, schedule, len(agreements))
    boroughs = Counter(
        authority_id for _, authority_id in {(row.live.agreement_id, row.live.authority_id) for row in raised}
    )
    tell_boroughs_agreed(act, request, boroughs)
