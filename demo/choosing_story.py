"""How one offer is chosen: opened after the deadline, marked, locked, compared, recommended, awarded; sometimes in vain."""

import uuid
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from contracts.award import Award
from contracts.awarding import award_offer, undo_award
from demo.case import Case
from demo.cast import fetch
from demo.plan import Ending, Stage
from demo.quality import a_mark, skill_of
from demo.saying import say
from demo.storytelling import Story, acting
from foundation.database import db
from marketplace.actor import Actor
from marketplace.roles import Role
from referrals.comparing import compare, marking_of
from referrals.evaluating import lock_quality, mark_offer, open_offers
from referrals.offer import Offer, OfferState
from referrals.recommending import close_without_award, recommend_offer


def it_is_chosen(case: Case) -> Story:
    """Told to the award, unless no offer was good enough."""
    yield max(case.at(Stage.OPENED), case.deadline + timedelta(hours=2))
    with acting(case.officer) as officer:
        open_offers(case.referral, by=officer)
    if case.rest_if(Stage.OPENED):
        return
    yield from _is_marked(case)
    if case.rest_if(Stage.MARKED):
        return
    yield case.at(Stage.RECOMMENDED)
    with acting(case.officer) as officer:
        lock_quality(case.referral, _why_apart(case), by=officer)
    if case.plan.ending is Ending.CLOSED:
        yield case.at(Stage.AWARDED)
        with acting(case.manager) as manager:
            close_without_award(case.referral, say("closed_reasons", case.rng), by=manager)
        case.is_over = True
        return
    yield case.at(Stage.RECOMMENDED) + timedelta(hours=1)
    with acting(case.officer) as officer:
        best = compare(case.referral).offers[0].offer
        recommend_offer(fetch(Offer, best.id), say("recommendation", case.rng), by=officer)
        case.winner = case.cast.provider(best.provider_id)
    if not case.rest_if(Stage.RECOMMENDED):
        yield from _is_awarded(case, best.id)


def _is_awarded(case: Case, offer_id: uuid.UUID) -> Story:
    yield case.at(Stage.AWARDED)
    with acting(case.manager) as manager:
        case.award_id = award_offer(fetch(Offer, offer_id), say("rationale", case.rng), by=manager).id
    if case.plan.ending is Ending.UNDONE:
        yield case.at(Stage.AWARDED) + timedelta(days=3)
        with acting(case.manager) as manager:
            undo_award(fetch(Award, case.award_id), say("undone_reasons", case.rng), by=manager)
        case.is_over = True
    case.rest_if(Stage.AWARDED)


def _is_marked(case: Case) -> Story:
    """Two evaluators, the officer and somebody of quality assurance; one of them alone where it is urgent."""
    evaluators = [case.officer, case.plan.borough.actor(Role.QUALITY_OFFICER)][: 1 + (case.plan.number % 2)]
    yield case.at(Stage.MARKED)
    with acting(case.officer):
        offers = _live_offers(case)
    for number, evaluator in enumerate(evaluators):
        yield case.at(Stage.MARKED) + timedelta(minutes=30 * (number + 1))
        _mark(case, offers, evaluator)


def _live_offers(case: Case) -> Sequence[uuid.UUID]:
    """The offers that stand, in the order of their settings' names: references are drawn anew in each load."""
    live = select(Offer.id, Offer.setting_id).where(
        Offer.referral_id == case.referral_id, Offer.state == OfferState.SUBMITTED
    )
    return [key for key, setting_id in sorted(db.session.execute(live), key=lambda row: case.cast.setting(row[1]).name)]


def _why_apart(case: Case) -> dict[tuple[uuid.UUID, uuid.UUID], str]:
    """What is written where two evaluators' marks lie two or more apart."""
    return {
        (offer.id, cell.criterion.id): say("moderation", case.rng) for offer, cell in marking_of(case.referral).apart
    }


def _mark(case: Case, offers: Sequence[uuid.UUID], evaluator: Actor) -> None:
    with acting(evaluator):
        criteria = [criterion.id for criterion in case.referral.lot.criteria]
        for key in offers:
            offer = fetch(Offer, key)
            skill = skill_of(case.cast.provider(offer.provider_id))
            marks = {criterion: a_mark(skill, case.rng) for criterion in criteria}
            reasons = {each: (mark, say(f"mark_reasons_{mark}", case.rng)) for each, mark in marks.items()}
            mark_offer(offer, reasons, by=evaluator)
