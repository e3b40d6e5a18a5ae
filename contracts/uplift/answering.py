"""Answering: counter-offers, comments, acceptance, refusal, appeal. Nothing here changes a fee."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from contracts.uplift.change import Change
from contracts.uplift.notices import (
    tell_accepted,
    tell_appealed,
    tell_commented,
    tell_countered,
    tell_dismissed,
    tell_refused,
)
from contracts.uplift.request import CounterOffer, UpliftComment, UpliftRequest
from contracts.years import require_open_year
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.formatting import day
from foundation.permission import Invalid, NotNow
from foundation.states import hold, move, require
from foundation.transaction import transaction
from foundation.working_days import add_working_days, london_day
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import authorise


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """What the hub would agree, from when, and why: the provider reads it."""

    change: Change
    effective_on: date
    reason: str


def counter_uplift(request: UpliftRequest, counter: Counter, *, by: Actor) -> CounterOffer:
    """The hub makes the provider a counter-offer. It cannot be changed; the provider accepts it, appeals, or waits for another."""
    with transaction():
        authorise(by, Act.COUNTER_UPLIFT, request)
        require(hold(request), Act.COUNTER_UPLIFT)
        return lay_counter(request, counter, by)


def lay_counter(request: UpliftRequest, counter: Counter, by: Actor) -> CounterOffer:
    """The counter-offer itself, inside an act that has authorised it and holds the request: kept, recorded, told."""
    _check_counter(request, counter)
    made = CounterOffer(
        request_id=request.id, provider_id=request.provider_id, hub_id=request.hub_id, number=_next_number(request),
        percent=counter.change.percent, rate=counter.change.rate, unit=counter.change.unit,
        effective_on=counter.effective_on, reason=counter.reason.strip(), made_at=clock.now(), made_by_id=by.person_id,
        made_by_name=by.name,
    )  # fmt: skip
    db.session.add(made)
    _answer(request, counter.reason, by)
    move(request, Act.COUNTER_UPLIFT)
    record(Act.COUNTER_UPLIFT, request, by=by, about=request.provider_id, after={"offered": made.change.words})
    tell_countered(request, made)
    return made


def comment_on_uplift(request: UpliftRequest, words: str, *, by: Actor) -> UpliftComment:
    """A borough tells the hub what it thinks of a request; neither the provider nor another borough reads it."""
    with transaction():
        authorise(by, Act.COMMENT_ON_UPLIFT, request)
        require(hold(request, share=True), Act.COMMENT_ON_UPLIFT)
        if not words.strip():
            raise Invalid("Write what the hub should know.", "words")
        assert by.organisation_id is not None
        said = UpliftComment(
            request_id=request.id, hub_id=request.hub_id, authority_id=by.organisation_id, words=words.strip(),
            said_at=clock.now(), said_by_id=by.person_id, said_by_name=by.name,
        )  # fmt: skip
        db.session.add(said)
        record(Act.COMMENT_ON_UPLIFT, request, by=by, about=request.hub_id)
        tell_commented(request, by.organisation_name)
    return said


def accept_counter(request: UpliftRequest, number: int, *, by: Actor) -> UpliftRequest:
    """The provider accepts the counter-offer that it read: the last one, or nothing. The hub then agrees it."""
    with transaction():
        authorise(by, Act.ACCEPT_COUNTER, request)
        require(hold(request), Act.ACCEPT_COUNTER)
        if number != _next_number(request) - 1:
            raise NotNow("The hub has made another counter-offer since you opened this page. Read it first.")
        move(request, Act.ACCEPT_COUNTER)
        record(Act.ACCEPT_COUNTER, request, by=by, about=request.hub_id, after={"number": number})
        tell_accepted(request)
    return request


def refuse_uplift(request: UpliftRequest, reason: str, *, by: Actor) -> UpliftRequest:
    """The hub refuses, with a reason that the provider reads. The provider may appeal within the round's days."""
    with transaction():
        authorise(by, Act.REFUSE_UPLIFT, request)
        require(hold(request), Act.REFUSE_UPLIFT)
        _require_reason(reason)
        _answer(request, reason, by)
        move(request, Act.REFUSE_UPLIFT)
        record(Act.REFUSE_UPLIFT, request, by=by, about=request.provider_id, after={"reason": reason.strip()})
        tell_refused(request)
    return request


def appeal_uplift(request: UpliftRequest, reason: str, *, by: Actor) -> UpliftRequest:
    """The provider appeals against a refusal or a counter-offer, in time; somebody else than who gave the answer decides."""
    with transaction():
        authorise(by, Act.APPEAL_UPLIFT, request)
        require(hold(request), Act.APPEAL_UPLIFT)
        _require_reason(reason)
        until = appeal_until(request)
        if until is not None and clock.today() > until:
            raise NotNow(f"The days to appeal ended on {day(until)}.")
        request.appeal_reason = reason.strip()
        move(request, Act.APPEAL_UPLIFT)
        record(Act.APPEAL_UPLIFT, request, by=by, about=request.hub_id, after={"reason": reason.strip()})
        tell_appealed(request)
    return request


def dismiss_appeal(request: UpliftRequest, reason: str, *, by: Actor) -> UpliftRequest:
    """Somebody else at the hub dismisses the appeal: the fees stay as they are."""
    with transaction():
        authorise(by, Act.DISMISS_APPEAL, hold(request))
        require(request, Act.DISMISS_APPEAL)
        _require_reason(reason)
        _answer(request, reason, by)
        move(request, Act.DISMISS_APPEAL)
        record(Act.DISMISS_APPEAL, request, by=by, about=request.provider_id, after={"reason": reason.strip()})
        tell_dismissed(request)
    return request


def appeal_until(request: UpliftRequest) -> date | None:
    """The last day on which the provider may appeal; None while nothing was answered."""
    if request.answered_at is None:
        return None
    return add_working_days(london_day(request.answered_at), request.round.appeal_days)


def last_counter(request: UpliftRequest) -> CounterOffer | None:
    """The counter-offer that stands."""
    of = select(CounterOffer).where(CounterOffer.request_id == request.id)
    return db.session.scalar(of.order_by(CounterOffer.number.desc()).limit(1))


def _check_counter(request: UpliftRequest, counter: Counter) -> None:
    _require_reason(counter.reason)
    require_open_year(counter.effective_on)
    if (counter.change.rate is None, counter.change.unit) != (request.rate is None, request.unit):
        raise Invalid("Answer a percentage with a percentage, and a new rate with a new rate.", "amount")
    if counter.change.figure >= request.asked.figure:
        raise Invalid(f"{request.asked.words} was asked. Agree it, or offer less.", "amount")


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid("Give a reason. The other side reads it.", "reason")


def _answer(request: UpliftRequest, reason: str, by: Actor) -> None:
    request.answered_at, request.answered_by_id, request.answer_reason = clock.now(), by.person_id, reason.strip()


def _next_number(request: UpliftRequest) -> int:
    made = select(func.count(CounterOffer.id)).where(CounterOffer.request_id == request.id)
    return (db.session.scalar(made) or 0) + 1
