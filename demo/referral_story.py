"""The story of one referral: an officer drafts it, a manager publishes it, the market answers, it is awarded and agreed."""

from datetime import timedelta

from demo.agreement_story import it_is_agreed
from demo.answers import answers_for
from demo.case import Case, open_case
from demo.cast import Cast, fetch
from demo.children import an_invented_child
from demo.choosing_story import it_is_chosen
from demo.market_story import the_market_answers
from demo.plan import Ending, Plan, Stage
from demo.saying import say
from demo.storytelling import Story, acting
from foundation.formatting import in_london
from marketplace.framework import Lot
from referrals.drafting import draft_referral, save_answers
from referrals.publishing import publish_referral, send_back, send_for_approval, withdraw_referral
from referrals.queries import answers_of
from referrals.recording import record_child


def a_referral(cast: Cast, plan: Plan) -> Story:
    """Told from the draft to its end, or to where the plan lets it rest."""
    case = open_case(cast, plan)
    for chapter in (it_is_written, it_is_published, the_market_answers, it_is_chosen, it_is_agreed):
        yield from chapter(case)
        if case.is_over:
            return


def it_is_written(case: Case) -> Story:
    """An officer records the child and drafts the referral, part of it at first."""
    plan, rng = case.plan, case.rng
    needed_by = in_london(case.needed_at)
    facts = an_invented_child(plan.borough, plan.lot, needed_by, rng, plan.number)
    age = needed_by.year - facts.date_of_birth.year - (
        (needed_by.month, needed_by.day) < (facts.date_of_birth.month, facts.date_of_birth.day)
    )  # fmt: skip
    drafted_at = case.at(Stage.DRAFTED)
    answers = answers_for(
        plan.lot, drafted_on=drafted_at.date(), needed_by=needed_by, age=age, weeks=rng.choice([26, 52, 52, 104]), rng=rng
    )  # fmt: skip
    yield drafted_at
    with acting(case.officer) as officer:
        child = record_child(facts, by=officer, is_another_child=True)
        referral = draft_referral(child, fetch(Lot, case.cast.partnership.lots[plan.lot]), by=officer)
        case.referral_id = referral.id
        began = dict(list(answers.items())[: len(answers) // 3])
        save_answers(referral, began, version=answers_of(referral).version, by=officer)
    if case.rest_if(Stage.DRAFTED):
        return
    yield case.at(Stage.WRITTEN)
    with acting(case.officer) as officer:
        save_answers(case.referral, answers, version=answers_of(case.referral).version, by=officer)
    case.rest_if(Stage.WRITTEN)


def it_is_published(case: Case) -> Story:
    """The manager approves it; one in nine goes back once to be mended first, one in eleven is withdrawn."""
    yield case.at(Stage.SENT)
    with acting(case.officer) as officer:
        send_for_approval(case.referral, by=officer)
    if case.rest_if(Stage.SENT):
        return
    if case.plan.number % 9 == 4 and case.plan.rests is None:
        yield case.at(Stage.SENT) + timedelta(hours=2)
        with acting(case.manager) as manager:
            send_back(case.referral, say("send_back_reasons", case.rng), by=manager)
        yield case.at(Stage.SENT) + timedelta(hours=5)
        with acting(case.officer) as officer:
            send_for_approval(case.referral, by=officer)
    yield case.at(Stage.PUBLISHED)
    with acting(case.manager) as manager:
        publish_referral(case.referral, case.deadline, by=manager)
    if case.plan.ending is Ending.WITHDRAWN:
        yield case.at(Stage.PUBLISHED) + timedelta(days=2)
        with acting(case.officer) as officer:
            withdraw_referral(case.referral, say("withdrawn_reasons", case.rng), by=officer)
        case.is_over = True
    case.rest_if(Stage.PUBLISHED)
