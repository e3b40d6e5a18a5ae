"""What the worker does with monitoring returns: it opens them when a quarter has ended, and chases those not sent."""

from sqlalchemy import select

from foundation import clock
from foundation.database import db
from foundation.jobs import job
from foundation.quarters import Quarter
from foundation.tenancy import act_as_system
from foundation.transaction import transaction
from foundation.working_days import add_working_days
from marketplace.actor import SYSTEM
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from outcomes.monitoring import MonitoringReturn, ReturnState
from outcomes.notices import return_is_late, return_will_be_due
from outcomes.return_queries import returns_to_open
from outcomes.returning import open_return

#: Working days before the due day on which the provider is reminded, and after it on which it is told of being late.
BEFORE, AFTER = 3, 1


@job("returns.open", schedule="0 5 1 1,4,7,10 *")
def open_returns() -> None:
    """Open the return of the quarter that has ended, for every provider and lot with a live placement in it."""
    act_as_system()
    quarter = Quarter.of(clock.today()).previous()
    for provider_id, lot_id in returns_to_open(quarter):
        open_return(db.session.get_one(Organisation, provider_id), db.session.get_one(Lot, lot_id), quarter, by=SYSTEM)


@job("returns.chase", schedule="0 8 * * mon-fri")
def chase_returns() -> None:
    """Write to providers whose return is due in three working days, or was due on the working day before."""
    act_as_system()
    today = clock.today()
    with transaction():
        for unsent in _unsent():
            if add_working_days(unsent.due_on, -BEFORE) == today:
                return_will_be_due(unsent)
            elif add_working_days(unsent.due_on, AFTER) == today:
                return_is_late(unsent)


def _unsent() -> list[MonitoringReturn]:
    return list(db.session.scalars(select(MonitoringReturn).where(MonitoringReturn.state == ReturnState.OPEN)))
