"""Makers of uplift rounds: live placements of one provider with two boroughs, a round, a request."""

import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import inspect, text

from contracts.agreement import Agreement
from contracts.uplift.agreeing import agree_uplift
from contracts.uplift.answering import Counter, accept_counter, counter_uplift
from contracts.uplift.change import Change
from contracts.uplift.opening_rounds import RoundTerms, open_round
from contracts.uplift.request import UpliftRequest
from contracts.uplift.requesting import Asked, Scope, request_uplift
from contracts.uplift.round import UpliftRound
from contracts.uplift.rule import RuleKind
from foundation import clock
from foundation.database import db
from foundation.quarters import FinancialYear
from foundation.tenancy import Fence
from marketplace.actor import Actor
from marketplace.framework import Framework, FrameworkParticipant, Lot
from marketplace.roles import Role
from tests.makers.contracts import CORE, Deal, a_deal, a_placement
from tests.makers.standing import a_person, a_provider, a_setting, acting, behind

LONG_AGO = timedelta(days=200)


@dataclass
class Negotiation:
    """Two boroughs that have a child with one provider, and everybody who negotiates."""

    first: Deal
    second: Deal
    analyst: Actor
    head_of_hub: Actor
    asker: Actor
    payer: Actor
    round_id: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def round(self) -> UpliftRound:
        """The round, as whoever acts now reads it."""
        return db.session.get_one(UpliftRound, self.round_id)


def a_negotiation(fees: tuple[dict[str, Any], ...] = (CORE,)) -> Negotiation:
    """A placement of each of two boroughs at one provider since 200 days, and an open round for their lot."""
    negotiation = two_boroughs(fees)
    acting(negotiation.analyst)
    negotiation.round_id = open_round(terms_of(negotiation.first), by=negotiation.analyst).id
    return negotiation


def two_boroughs(fees: tuple[dict[str, Any], ...] = (CORE,)) -> Negotiation:
    """The same before the round is opened."""
    starts_on = clock.today() - LONG_AGO
    first = a_deal(starts_on=starts_on, fees=fees, name="Merton")
    second = a_deal(
        starts_on=starts_on, fees=fees, name="Sutton", hub=first.hub, provider=first.provider, lot=first.lot, setting=first.setting
    )  # fmt: skip
    with behind(Fence(first.hub.id, None, "hub")):
        db.session.add(
            FrameworkParticipant(
                framework_id=first.lot.framework_id, authority_id=second.borough.id, joined_on=date(2022, 4, 1)
            )
        )
    for deal in (first, second):
        a_placement(deal)
    return Negotiation(
        first=first, second=second,
        analyst=a_person(first.hub, Role.HUB_ANALYST, name="Ana Analyst"),
        head_of_hub=a_person(first.hub, Role.HUB_MANAGER, name="Hal Hub"),
        asker=a_person(first.provider, Role.PROVIDER_FINANCE, name="Fay Finance"),
        payer=a_person(first.borough, Role.FINANCE_OFFICER, name="Pip Payer"),
    )  # fmt: skip


def a_second_home(negotiation: Negotiation, name: str = "Beech House") -> Deal:
    """A placement of the first borough at another setting of the same provider."""
    first = negotiation.first
    deal = a_deal(
        starts_on=clock.today() - LONG_AGO, hub=first.hub, borough=first.borough, provider=first.provider, lot=first.lot,
        setting=a_setting(first.provider, first.lot, name),
    )  # fmt: skip
    a_placement(deal)
    return deal


def a_peer(negotiation: Negotiation, name: str) -> Actor:
    """Another provider with a placement of the first borough; who asks for it."""
    first = negotiation.first
    deal = a_deal(
        starts_on=clock.today() - LONG_AGO,
        hub=first.hub,
        borough=first.borough,
        lot=first.lot,
        provider=a_provider(name),
    )
    a_placement(deal)
    return a_person(deal.provider, Role.PROVIDER_FINANCE, name=f"Asker of {name}")


def settle(negotiation: Negotiation, asker: Actor, percent: str, agreed: str) -> UpliftRequest:
    """A request of that provider, countered, accepted and agreed."""
    acting(asker)
    made = request_uplift(negotiation.round, asked(percent), by=asker)
    day = negotiation.round.effective_on
    offered = Counter(change=Change(percent=Decimal(agreed)), effective_on=day, reason="What the model supports.")
    counter_uplift(read_by(negotiation.analyst, made), offered, by=negotiation.analyst)
    accept_counter(read_by(asker, made), 1, by=asker)
    request = read_by(negotiation.analyst, made)
    agree_uplift(request, "Accepted.", by=negotiation.analyst)
    return request


def terms_of(deal: Deal, **facts: Any) -> RoundTerms:
    """A round of the deal's lot: the lower of 1.5 % and CPI, fees from the next 1 April."""
    usual: dict[str, Any] = {
        "framework": db.session.get_one(Framework, deal.lot.framework_id), "lot": db.session.get_one(Lot, deal.lot.id),
        "opens_on": clock.today() - timedelta(10), "closes_on": clock.today() + timedelta(20),
        "effective_on": FinancialYear.of(clock.today()).day_after, "rule": RuleKind.LOWER_OF, "cap": Decimal("1.5"),
        "index_name": "CPI", "review_above": Decimal(3), "evidence_asked": "Accounts and a pay schedule.",
        "negotiator": "Ruth Adeyemi",
    }  # fmt: skip
    return RoundTerms(**(usual | facts))


def asked(percent: str = "8.4", **scope: Any) -> Asked:
    """8.4 % on everything, for a reason."""
    return Asked(scope=Scope(**scope), change=Change(percent=Decimal(percent)), reasons="Pay has risen.")


def a_request(negotiation: Negotiation, percent: str = "8.4", **scope: Any) -> UpliftRequest:
    """The provider's request; the hub's analyst acts, who answers next."""
    acting(negotiation.asker)
    made = request_uplift(negotiation.round, asked(percent, **scope), by=negotiation.asker)
    return read_by(negotiation.analyst, made)


def read_by(actor: Actor, request: UpliftRequest) -> UpliftRequest:
    """From here on the actor acts, and reads the request anew."""
    key = inspect(request).identity[0]  # readable even where the session has let go of the request
    acting(actor)
    return db.session.get_one(UpliftRequest, key)


def lay_down_like(deal: Deal, agreement: Agreement, count: int) -> None:
    """Many more live agreements like that one, as rows; each stands on a copy of its award that counts as undone."""
    award, likened, salt = agreement.award_id, agreement.id, f"'{agreement.id}'"
    keys = {table: f"md5({salt} || '{table}' || number)::uuid" for table in ("awards", "agreements")}
    acting(deal.officer)
    _copy("awards", f"id = '{award}'", count, id=keys["awards"], undone_at="now()", undone_by_id="awarded_by_id",
          undone_reason="'copied'")  # fmt: skip
    named = f"left(md5({salt}), 4) || '-' || lpad(number::text, 6, '0')"
    _copy("agreements", f"id = '{likened}'", count, id=keys["agreements"], award_id=keys["awards"], reference=named)
    _copy("agreement_fee_lines", f"agreement_id = '{likened}'", count, id="gen_random_uuid()",
          agreement_id=keys["agreements"])  # fmt: skip
    db.session.commit()


def _copy(table: str, where: str, count: int, **changed: str) -> None:
    names = [column.name for column in db.metadata.tables[table].columns]
    chosen = ", ".join(changed.get(name, f"{table}.{name}") for name in names)
    db.session.execute(
        text(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {chosen} FROM {table},"
            f" generate_series(1, {count}) AS number WHERE {table}.{where}"
        )
    )
