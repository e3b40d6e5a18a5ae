"""An uplift on 2,000 live agreements of two boroughs: modelled before anything changes, then agreed in one transaction.

A database of its own, with everything that the product writes: row security as the app role meets it, the exclusion constraint, the
audit chain, the letters. What is measured is the verb's and the query's own time, in this process.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal

from sqlalchemy import create_engine, select, text

from contracts.agreement import Agreement
from contracts.uplift.agreeing import agree_uplift
from contracts.uplift.answering import Counter, accept_counter, counter_uplift
from contracts.uplift.change import Change
from contracts.uplift.weighing import evidence_for, modelled
from foundation.config import Addresses, Settings
from foundation.database import db
from tests.makers.contracts import CORE
from tests.makers.standing import acting
from tests.makers.uplift import Negotiation, a_negotiation, a_request, lay_down_like, read_by
from wsgi import create_app

#: fees of each placement: two that rise, as most have
FEES = (
    CORE,
    {"kind": "therapy", "label": "Therapy", "amount": Decimal("61.50"), "unit": "hour", "quantity": Decimal(2)},
)
AGREEMENTS = 2000


@dataclass(frozen=True)
class Target:
    """An act, how long it took, and how long the issue allows it."""

    name: str
    seconds: float
    most: float

    def as_json(self) -> dict[str, object]:
        """For the file of results."""
        return asdict(self)


def time_uplift(addresses: Addresses, environment: dict[str, str]) -> list[Target]:
    """The model of a request and its agreeing, on as many live agreements as the issue names."""
    app = create_app(Settings.from_environment(environment), SQLALCHEMY_DATABASE_URI=addresses.app)
    with app.app_context():
        return list(_measured(addresses))


def _measured(addresses: Addresses) -> Iterator[Target]:
    negotiation = a_negotiation(FEES)
    _lay_down(negotiation, AGREEMENTS // 2 - 1)
    _take_stock(addresses)
    request = a_request(negotiation)
    counter = Counter(change=Change(Decimal("3.9")), effective_on=request.round.effective_on, reason="The model.")
    made = counter_uplift(request, counter, by=negotiation.analyst)
    ruling = evidence_for(request).ruling
    yield _timed(f"Model a request on {AGREEMENTS:,} agreements", 1.5, lambda: modelled(request, ruling, made, None))
    accept_counter(read_by(negotiation.asker, request), 1, by=negotiation.asker)
    accepted = read_by(negotiation.analyst, request)
    yield _timed(
        f"Agree it: {AGREEMENTS:,} agreements, {2 * AGREEMENTS:,} fee lines", 5,
        lambda: agree_uplift(accepted, "Accepted.", by=negotiation.analyst),
    )  # fmt: skip


def _lay_down(negotiation: Negotiation, more_of_each: int) -> None:
    for deal in (negotiation.first, negotiation.second):
        acting(deal.officer)
        agreement = db.session.scalars(select(Agreement).where(Agreement.award_id == deal.award_id)).one()
        lay_down_like(deal, agreement, more_of_each)


def _take_stock(addresses: Addresses) -> None:
    """What autovacuum does in the minute after so many rows have come."""
    engine = create_engine(addresses.maintenance, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()


def _timed(name: str, most: float, act: Callable[[], object]) -> Target:
    begun = time.perf_counter()
    act()
    return Target(name, time.perf_counter() - begun, most)
