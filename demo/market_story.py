"""How the market answers: the officer invites waves, providers ask, offer, decline, or stay silent until the deadline."""

import uuid
from datetime import datetime, timedelta

from demo.case import Case
from demo.cast import fetch
from demo.offers import terms_of_offer
from demo.partnership import Provider
from demo.people import KNOWN
from demo.plan import Stage
from demo.quality import skill_of
from demo.saying import say, texts
from demo.storytelling import Story, acting
from foundation.formatting import in_london
from marketplace.roles import Role
from referrals.clarifying import answer_clarification, ask_clarification
from referrals.declining import decline_referral
from referrals.inviting import invite_wave
from referrals.matching import Candidate, eligible_settings
from referrals.offer import DeclineReason
from referrals.offering import submit_offer
from referrals.referral import Clarification, PublishedProfile

#: how many providers a referral invites
INVITED = 6
REASONS = tuple(DeclineReason)


def the_market_answers(case: Case) -> Story:
    """A wave goes out, one of the invited asks, the others answer one by one."""
    yield case.at(Stage.PUBLISHED) + timedelta(hours=2)
    with acting(case.officer):
        _invite(case)
    if not case.invited:
        case.is_over = True
        return
    yield from _one_asks(case)
    if case.rest_if(Stage.ASKED):
        return
    answering = [case.cast.provider(key) for key in case.invited]
    for number, provider in enumerate(answering):
        yield _answers_at(case, number, len(answering))
        _answer(case, provider, number)
    case.rest_if(Stage.SEALED)


def _invite(case: Case) -> None:
    """The best settings of the providers that fit best; those that a reader may sign in as are not left out."""
    best = sorted(eligible_settings(case.referral), key=_fit)
    by_provider: dict[uuid.UUID, list[uuid.UUID]] = {}
    for candidate in best:
        by_provider.setdefault(candidate.provider_id, []).append(candidate.setting_id)
    known = [key for key in by_provider if case.cast.provider(key).domain in KNOWN]
    chosen = [*known, *(key for key in by_provider if key not in known)][:INVITED]
    case.invited = {key: by_provider[key][:2] for key in chosen}
    if case.invited:
        invite_wave(case.referral, [each for of_one in case.invited.values() for each in of_one], by=case.officer)


def _fit(candidate: Candidate) -> tuple[object, ...]:
    """Best fit first, then by name: references are drawn anew in each load, names are not."""
    assert candidate.placed is not None
    return -candidate.placed.fit.score, candidate.setting.name


def _one_asks(case: Case) -> Story:
    """One of the first invited asks; the officer answers, unless the story is to rest on the open question."""
    if case.plan.number % 2 and case.plan.rests is not Stage.ASKED:
        return
    question, answer = case.rng.choice(texts()["questions"])
    asking = case.cast.provider(next(iter(case.invited))).actor(Role.PROVIDER_RESPONDER)
    yield case.at(Stage.PUBLISHED) + timedelta(hours=8)
    with acting(asking):
        asked = ask_clarification(case.referral, question, by=asking).id
    if case.plan.rests is not Stage.ASKED:
        yield case.at(Stage.PUBLISHED) + timedelta(hours=22)
        with acting(case.officer):
            answer_clarification(fetch(Clarification, asked), answer, by=case.officer)


def _answers_at(case: Case, number: int, of: int) -> datetime:
    """Spread between a day after the wave and an hour before the deadline, or before the present where the story rests."""
    first = case.at(Stage.PUBLISHED) + timedelta(hours=24)
    last = min(case.deadline - timedelta(hours=1), max(first, case.at(Stage.SEALED)))
    return first + (last - first) * (number / of)


def _answer(case: Case, provider: Provider, number: int) -> None:
    """The first three offer, so that there is something to compare; of the others half decline and some say nothing."""
    responder = provider.actor(Role.PROVIDER_RESPONDER)
    throw = case.rng.random()
    with acting(responder):
        if number < 3 or throw < 0.25:
            _offer(case, provider)
        elif throw < 0.85:
            decline_referral(case.referral, case.rng.choice(REASONS), say("decline_notes", case.rng), by=responder)


def _offer(case: Case, provider: Provider) -> None:
    referral = case.referral
    asked = fetch(PublishedProfile, referral.id).wanted
    terms = terms_of_offer(
        case.cast.setting(case.invited[provider.id][0]), case.plan.lot, [*asked["must"], *asked["desirable"]],
        [criterion.id for criterion in referral.lot.criteria], in_london(case.needed_at), skill_of(provider), case.rng,
    )  # fmt: skip
    submit_offer(referral, terms, by=provider.actor(Role.PROVIDER_RESPONDER))
