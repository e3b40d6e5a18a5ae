"""How an award becomes a stay: the agreement is drawn up, issued, signed by both, the child moves in, and one day moves on."""

from datetime import timedelta
from decimal import Decimal

from contracts.agreement import Agreement
from contracts.award import Award
from contracts.drawing_up import draw_up_agreement, issue_agreement
from contracts.opening import open_identity
from contracts.placing import end_placement, start_placement
from contracts.queries import fee_lines_of
from contracts.sharing_fees import share_fees
from contracts.signing import sign_for_borough, sign_for_provider
from demo.block_story import a_paid_place_is_taken
from demo.case import Case
from demo.cast import fetch
from demo.plan import Stage
from demo.stay_story import a_stay_may_move, it_is_looked_at_together
from demo.storytelling import Story, acting, noon_of
from foundation.formatting import in_london
from marketplace.payer_shares import PayerShares
from marketplace.roles import Role

#: one place in three is paid by a panel of the three
JOINTLY = PayerShares(Decimal(55), Decimal(30), Decimal(15))
#: why stays end, in the codes of the national return: planned, and not
PLANNED, UNPLANNED = ("E4A", "CARPL", "E5"), ("CREQB", "CHILD")


def it_is_agreed(case: Case) -> Story:
    """Told to the child's first day, and to its last if that lies within the year."""
    assert case.award_id is not None
    assert case.winner is not None
    yield case.at(Stage.DRAWN_UP)
    with acting(case.officer) as officer:
        case.agreement_id = draw_up_agreement(fetch(Award, case.award_id), by=officer).id
    a_paid_place_is_taken(case)
    if case.rest_if(Stage.DRAWN_UP):
        return
    yield case.at(Stage.ISSUED)
    with acting(case.officer) as officer:
        if case.plan.number % 3 == 0:
            share_fees(_agreement(case), {line.id: JOINTLY for line in fee_lines_of(_agreement(case))}, by=officer)
        issue_agreement(_agreement(case), by=officer)
    if case.rest_if(Stage.ISSUED):
        return
    yield case.at(Stage.ISSUED) + timedelta(hours=3)
    with acting(case.winner.actor(Role.PROVIDER_RESPONDER)) as responder:
        open_identity(fetch(Award, case.award_id), by=responder)
    yield from _is_signed(case)
    if not case.is_over:
        yield from _is_lived(case)


def _is_signed(case: Case) -> Story:
    assert case.winner is not None
    yield case.at(Stage.SIGNED_BY_PROVIDER)
    with acting(case.winner.actor(Role.PROVIDER_MANAGER)) as signer:
        sign_for_provider(_agreement(case), signer.name, by=signer)
    if case.rest_if(Stage.SIGNED_BY_PROVIDER):
        return
    yield case.at(Stage.SIGNED_BY_BOROUGH)
    with acting(case.manager) as signer:
        sign_for_borough(_agreement(case), signer.name, by=signer)
    case.rest_if(Stage.SIGNED_BY_BOROUGH)


def _is_lived(case: Case) -> Story:
    """One stay in five that ends within the year ends without a plan, and early."""
    yield case.needed_at + timedelta(hours=2)
    with acting(case.officer) as officer:
        start_placement(_agreement(case), in_london(case.needed_at), by=officer)
    if case.plan.stays_weeks is None:
        yield from a_stay_may_move(case)
        return
    planned = case.rng.random() < 0.8
    left_at = noon_of(case.needed_at + timedelta(weeks=case.plan.stays_weeks if planned else 7))
    yield left_at
    with acting(case.officer) as officer:
        reason = case.rng.choice(PLANNED if planned else UNPLANNED)
        end_placement(_agreement(case), in_london(left_at), reason, planned, by=officer)
    if not planned:
        yield from it_is_looked_at_together(case, reason)


def _agreement(case: Case) -> Agreement:
    assert case.agreement_id is not None
    return fetch(Agreement, case.agreement_id)
