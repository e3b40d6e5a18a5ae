"""What befalls stays: some move to another setting of their provider; what ends without a plan is looked at together."""

from datetime import timedelta

from sqlalchemy import select

from contracts.agreement import Agreement
from contracts.staying.destinations import destinations
from contracts.staying.holding_meetings import Minutes, Planned, complete_action, record_meeting
from contracts.staying.meeting import DisruptionAction
from contracts.staying.moving import NewPlace, move_placement
from demo.case import Case
from demo.cast import fetch
from demo.storytelling import Story, acting, in_office_hours
from foundation.clock import today
from foundation.database import db
from foundation.formatting import in_london
from marketplace.roles import Role

#: one stay in so many moves, after so many weeks
MOVES_ONE_IN, AFTER = 4, timedelta(weeks=9)
FOUND = "The home learned late what had happened at school, and the child was not asked early enough what would help."


def a_stay_may_move(case: Case) -> Story:
    """Nearer to school, in a setting of the same provider with a place to spare, if there is one."""
    if case.cast.dice(f"move {case.plan.number}").randrange(MOVES_ONE_IN) or case.plan.lot == "special_school":
        return
    yield in_office_hours(case.needed_at + AFTER)
    with acting(case.officer) as officer:
        agreement = _agreement(case)
        open_to = [place for place in destinations(agreement, today()) if not place.failures]
        if open_to and agreement.block_contract_id is None:
            place = NewPlace(
                setting=open_to[0].setting.reference,
                moved_on=today(),
                reason="CARPL",
                note="Nearer to school and family.",
            )
            move_placement(agreement, place, by=officer)


def it_is_looked_at_together(case: Case, reason: str) -> Story:
    """Six working days after an unplanned end both sides meet; the provider does what it took upon itself within two weeks."""
    with acting(case.officer):
        ended_on = _agreement(case).ended_on
    assert ended_on is not None
    yield in_office_hours(case.needed_at + timedelta(weeks=7, days=8))
    due = in_london(case.needed_at + timedelta(weeks=10))
    minutes = Minutes(
        held_on=today(), present=["social_worker", "placement_officer", "registered_manager", "child"], reasons=[reason],
        found=FOUND,
        actions=[
            Planned(action="Write down what helps the child, and give it to the next home", owner="provider", due_on=due),
            Planned(action="Ask the school to tell home and social worker on the same day", owner="borough", due_on=due),
        ],
    )  # fmt: skip
    with acting(case.officer) as officer:
        record_meeting(_agreement(case), minutes, by=officer)
    yield in_office_hours(case.needed_at + timedelta(weeks=9))
    assert case.winner is not None
    with acting(case.winner.actor(Role.PROVIDER_MANAGER)) as manager:
        theirs = select(DisruptionAction).where(
            DisruptionAction.agreement_id == case.agreement_id, DisruptionAction.owner == "provider"
        )
        complete_action(db.session.scalars(theirs).one(), by=manager)


def _agreement(case: Case) -> Agreement:
    assert case.agreement_id is not None
    return fetch(Agreement, case.agreement_id)
