"""The two frameworks of the demo, read from `frameworks.toml`: lots, criteria, participants and the terms in their versions."""

import tomllib
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from demo.organisations import FOLDER
from demo.partnership import Partnership
from foundation.database import db
from foundation.quarters import FinancialYear
from foundation.references import new_reference
from marketplace.framework import (
    Criterion,
    Framework,
    FrameworkKind,
    FrameworkParticipant,
    FrameworkState,
    Lot,
    PriceFormula,
    Regime,
    TermsVersion,
)


@lru_cache(maxsize=1)
def declared() -> dict[str, Any]:
    """The file as it stands."""
    with (FOLDER / "frameworks.toml").open("rb") as file:
        return tomllib.load(file)


def declared_lot(key: str) -> dict[str, Any]:
    """A lot of the file."""
    lots: Iterator[dict[str, Any]] = (lot for each in declared()["framework"] for lot in each["lot"])
    return next(lot for lot in lots if lot["key"] == key)


def procure_frameworks(partnership: Partnership, begins_on: date) -> None:
    """Lay down both frameworks as the hub let them, years before the history; the session must act as the hub."""
    for one in declared()["framework"]:
        framework = _framework(one, partnership, begins_on)
        db.session.add(framework)
        db.session.flush()
        db.session.add_all(_participants(framework, partnership))
        db.session.add_all(_terms(framework, declared()["terms"][one["key"]], begins_on))
        for each in one["lot"]:
            lot = _lot(each, framework)
            partnership.lots[lot.key] = lot.id
            db.session.add(lot)
            db.session.flush()


def _framework(one: dict[str, Any], partnership: Partnership, begins_on: date) -> Framework:
    first_year = FinancialYear.of(begins_on).start_year - one["years_before"]
    return Framework(
        id=uuid.uuid4(), hub_id=partnership.hub.id, reference=new_reference("FWK"), name=one["name"],
        project=one["project"], kind=FrameworkKind(one["kind"]), regime=Regime(one["regime"]), light_touch=True,
        state=FrameworkState.LIVE, starts_on=date(first_year, 4, 1), ends_on=date(first_year + one["extended_to"], 3, 31),
        term_years=one["years"], **_window(one, begins_on),
    )  # fmt: skip


def _window(one: dict[str, Any], begins_on: date) -> dict[str, date]:
    """A closed framework takes applications in a refresh of eight weeks, which begins with the demo; a DPS always does."""
    if one["kind"] == FrameworkKind.DPS:
        return {}
    return {"admits_from": begins_on, "admits_until": begins_on + timedelta(weeks=8)}


def _participants(framework: Framework, partnership: Partnership) -> Iterator[FrameworkParticipant]:
    for borough in partnership.boroughs:
        if framework.project in borough.projects:
            yield FrameworkParticipant(
                framework_id=framework.id, authority_id=borough.id, joined_on=framework.starts_on
            )


def _terms(framework: Framework, versions: dict[str, Any], begins_on: date) -> Iterator[TermsVersion]:
    """The first version, and where there is a second, that one with its clauses added, from the April within the history."""
    first = [{"heading": heading, "text": text} for heading, text in versions["first"]]
    yield TermsVersion(framework_id=framework.id, number=1, applies_from=framework.starts_on, clauses=first)
    if "second" in versions:
        added = [{"heading": heading, "text": text} for heading, text in versions["second"]]
        next_april = date(FinancialYear.of(begins_on).start_year + 1, 4, 1)
        yield TermsVersion(framework_id=framework.id, number=2, applies_from=next_april, clauses=first + added)


def _lot(each: dict[str, Any], framework: Framework) -> Lot:
    plain = {key: value for key, value in each.items() if key not in ("criteria", "price_formula", "price_ceiling")}
    lot = Lot(
        id=uuid.uuid4(), framework=framework, form_key=each["key"], price_formula=PriceFormula(each["price_formula"]),
        price_ceiling=Decimal(each["price_ceiling"]), indicator_keys=each.get("indicator_keys", []), **plain,
    )  # fmt: skip
    lot.criteria = [Criterion(position=position, **one) for position, one in enumerate(each["criteria"], start=1)]
    return lot
