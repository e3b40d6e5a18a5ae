"""How a borough keeps its savings ledger: projects of its own in all four ratings, a plan, and approvals of what Harbour claimed."""

from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select

from contracts.savings.approving import approve_savings, rate_saving, refuse_saving, reverse_saving
from contracts.savings.entering import TypedSaving, enter_saving
from contracts.savings.planning import TypedPlan, keep_plan, read_savings_plan
from contracts.savings.saving import Benefit, Rating, Saving, SavingState, Source
from demo.cast import Cast, fetch
from demo.partnership import Borough
from demo.storytelling import Story, acting, in_office_hours
from foundation.database import db
from foundation.quarters import FinancialYear
from marketplace.actor import Actor
from marketplace.organisation import Organisation
from marketplace.roles import Role

THOUSAND = Decimal(1000)


class Project(NamedTuple):
    """A saving of a borough's own, as its commissioner enters it."""

    project: str
    title: str
    evidence: str
    benefit: Benefit
    recurs: bool
    rating: Rating
    thousands: tuple[int, ...]


PROJECTS = (
    Project(
        "SEND", "One transport contract for pupils of two schools", "Contract signed in June; the three former ones are at their end.",
        Benefit.CASHABLE, True, Rating.GREEN_DELIVERED, (24, 31),
    ),
    Project(
        "LAC", "Two family support workers in place of agency hours", "Posts filled in May; agency invoices stopped in June.",
        Benefit.CASHABLE, True, Rating.GREEN_ON_TARGET, (38, 52),
    ),
    Project(
        "LAC", "Therapy shared with health", "Heads of terms with the integrated care board; the split is not agreed.",
        Benefit.AVOIDED, True, Rating.AMBER, (15, 45),
    ),
    Project(
        "LAC", "More of our own foster carers", "Campaign planned; no carer approved yet.", Benefit.AVOIDED, True, Rating.RED, (0, 120),
    ),
)  # fmt: skip
#: the boroughs that keep projects of their own, and how many; the first keeps a plan as well
KEEPERS = {"CRO": 4, "MER": 3, "SUT": 2, "BEX": 2}
PLANNER = "CRO"
#: how long before the present they enter, look again, and last approve: what is claimed later waits
ENTERED, LOOKED_AGAIN, LAST_APPROVAL = timedelta(days=160), timedelta(days=60), timedelta(days=20)


def a_borough_saves(cast: Cast, borough: Borough) -> Story:
    """Told by the commissioner, who enters, and the finance officer, who approves."""
    officer, entered_at = borough.actor(Role.FINANCE_OFFICER), cast.present - ENTERED
    if borough.prefix in KEEPERS:
        yield in_office_hours(entered_at)
        _enter(borough, FinancialYear.of(entered_at.date()))
        yield in_office_hours(entered_at + timedelta(days=6))
        _approve(officer)
        yield in_office_hours(cast.present - LOOKED_AGAIN)
        _look_again(officer)
    yield in_office_hours(cast.present - LAST_APPROVAL)
    _approve(officer)
    if borough.prefix == PLANNER:
        yield in_office_hours(cast.present - timedelta(days=4))
        _plan(borough, FinancialYear.of(cast.present.date()))


def _enter(borough: Borough, year: FinancialYear) -> None:
    for kept in [each for each in PROJECTS if each.project in borough.projects][: KEEPERS[borough.prefix]]:
        with acting(borough.actor(Role.COMMISSIONER)) as commissioner:
            amounts = {year: THOUSAND * kept.thousands[0], year.next(): THOUSAND * kept.thousands[1]}
            enter_saving(
                TypedSaving(
                    authority=fetch(Organisation, borough.id), project=kept.project, benefit=kept.benefit, is_recurring=kept.recurs,
                    rating=kept.rating, title=kept.title, evidence=kept.evidence, years=amounts,
                ),
                by=commissioner,
            )  # fmt: skip


def _approve(officer: Actor) -> None:
    """Everything that waits but what is red: for that a plan is asked first."""
    with acting(officer):
        waiting = select(Saving).where(Saving.state == SavingState.CLAIMED, Saving.rating != Rating.RED)
        found = db.session.scalars(waiting).all()
        if found:
            approve_savings(found, "Read against the fees and the evidence.", by=officer)


def _look_again(officer: Actor) -> None:
    """In the autumn what was red is refused for want of a plan, an amber one turns, and one that schools count too is reversed."""
    own = select(Saving).where(Saving.source == Source.MANUAL).order_by(Saving.title)
    with acting(officer):
        held = {
            saving.rating: saving.id for saving in db.session.scalars(own.where(Saving.state != SavingState.REFUSED))
        }
    if Rating.AMBER not in held:
        return
    with acting(officer):
        amber = fetch(Saving, held[Rating.AMBER])
        rate_saving(
            amber, Rating.GREEN_ON_TARGET, "The split with health is agreed.", version=amber.version, by=officer
        )
    if Rating.RED in held:
        with acting(officer):
            refuse_saving(fetch(Saving, held[Rating.RED]), "No carer and no plan: enter it again with one.", by=officer)
        with acting(officer):
            reverse_saving(
                fetch(Saving, held[Rating.GREEN_ON_TARGET]),
                "The agency hours stand in the staffing budget already.",
                by=officer,
            )


def _plan(borough: Borough, year: FinancialYear) -> None:
    """The programme of the next two years, pasted from the cabinet paper: it waits for approval."""
    following = year.next()
    rows = (
        f"Children’s savings programme (£000)\t{_slashed(following)}\t{_slashed(following.next())}\tTotal",
        "Green on target\t60\t85\t145", "Amber\t40\t70\t110", "Red\t\t150\t150", "Total\t100\t305\t405",
    )  # fmt: skip
    with acting(borough.actor(Role.COMMISSIONER)) as commissioner:
        plan = read_savings_plan(
            TypedPlan(
                authority=fetch(Organisation, borough.id), name="Cabinet paper", project="LAC", benefit=Benefit.CASHABLE, is_recurring=True,
                pounds_each=1000, pasted="\n".join(rows),
            ),
            by=commissioner,
        )  # fmt: skip
        keep_plan(plan, by=commissioner)


def _slashed(year: FinancialYear) -> str:
    return str(year).replace("-", "/")
