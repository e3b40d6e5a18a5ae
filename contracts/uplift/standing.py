"""Quality and occupancy beside a request: each setting's places, vacancies and Ofsted's judgement; and the provider's indicators.

The indicators belong to `outcomes`, which stands above this package: the composition root gives the function that reads them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from contracts.agreement import Agreement
from contracts.uplift.covering import LIVE
from contracts.uplift.request import UpliftRequest
from foundation.database import db
from foundation.drawing import Chart
from marketplace.organisation import Organisation
from marketplace.setting import Setting


@dataclass(frozen=True, slots=True)
class Quality:
    """One indicator of the provider in the last quarter: its figure, its target, how it stands, how it moves."""

    name: str
    figure: str
    target: str
    #: on_target, close, off_target, no_figure
    rating: str
    direction: str
    drawing: Chart


#: Filled by the composition root: from a provider to its indicators and the quarter that they are of.
SOURCES: list[Callable[[Organisation], tuple[str, Sequence[Quality]]]] = []


@dataclass(frozen=True, slots=True)
class Occupancy:
    """A setting: how full it is, and how Ofsted judges it."""

    reference: str
    name: str
    #: live agreements of the reader's own sight
    children: int
    places: int | None
    vacancies: int | None
    confirmed_at: datetime | None
    judged: str | None
    inspected_on: date | None

    @property
    def occupied(self) -> int | None:
        """Per cent of the places that are taken, as the provider last said; None where it has not."""
        if not self.places or self.vacancies is None:
            return None
        return round(100 * max(self.places - self.vacancies, 0) / self.places)


def quality_of(provider: Organisation) -> tuple[str, Sequence[Quality]]:
    """The quarter and the provider's indicators; nothing where nobody counts them."""
    return SOURCES[0](provider) if SOURCES else ("", ())


def occupancy_of(request: UpliftRequest) -> list[Occupancy]:
    """The settings of the provider in which the reader has live placements, or the one that the request is about."""
    live = func.count(Agreement.id).filter(Agreement.state.in_(LIVE))
    statement = (
        select(Setting, live.label("children"))
        .outerjoin(Agreement, Agreement.setting_id == Setting.id)
        .where(Setting.provider_id == request.provider_id)
        .group_by(Setting.id)
        .order_by(Setting.name)
    )
    narrowed = statement.where(Setting.id == request.setting_id) if request.setting_id else statement.having(live > 0)
    return [
        Occupancy(
            one.reference, one.name, children, one.places, one.vacancies, one.vacancies_confirmed_at, one.rating, one.inspected_on,
        )
        for one, children in db.session.execute(narrowed)
    ]  # fmt: skip
