"""Spot purchases, brought to their states through the real verbs."""

import itertools
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import inspect

from contracts.agreement import Agreement
from contracts.drafting import DraftTerms, Outcome, change_agreement
from contracts.drawing_up import issue_agreement
from contracts.placing import start_placement
from contracts.signing import sign_for_borough
from contracts.spot.agreeing import SignedPaper, draw_up_spot_agreement, record_signed_paper
from contracts.spot.deciding import approve_spot_purchase
from contracts.spot.proposing import propose_spot_purchase
from contracts.spot.purchase import SpotPurchase
from contracts.spot.terms import Emergency, Leaving, SpotTerms, UnknownPlace
from foundation import clock
from foundation.database import db
from marketplace.actor import Actor
from marketplace.fee_line import FeeKind, Unit
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.roles import Kind, Role
from marketplace.setting import Setting, SettingKind
from marketplace.uploads import Upload
from referrals.offer_terms import Fee
from referrals.referral import Referral
from tests.makers.answers import apart
from tests.makers.referrals import a_draft, a_published
from tests.makers.standing import a_borough, a_hub, a_lot, a_person, a_provider, a_setting, acting, an_organisation

T = TypeVar("T")
#: so that no two settings of one database have a number
_numbers = itertools.count(999001)
PDF = b"%PDF-1.7 signed in ink"
EMERGENCY = Emergency(
    reason="The foster family gave notice this morning.", decided_by="Director of children’s services"
)


@dataclass
class Need:
    """A child who needs a place that the framework did not give, and the people who buy one."""

    hub: Organisation
    borough: Organisation
    lot: Lot
    officer: Actor
    manager: Actor
    director: Actor
    #: admitted to the lot, and invited
    admitted: Setting
    #: registered, outside the framework, of a provider without accounts
    outside: Setting
    referral: Referral


def a_need(*, published: bool = True, **facts: Any) -> Need:
    """A published referral with one invited setting that has not answered, or a draft; `facts` are the outside setting's."""
    hub = a_hub()
    borough = a_borough(hub)
    lot = a_lot(hub, boroughs=(borough,))
    admitted = a_setting(a_provider("Oakfield Care Ltd"), lot, "Rowan House", needs=("trauma",))
    owner = an_organisation(Kind.PROVIDER, "Faraway Homes Ltd")
    described: dict[str, Any] = {
        "urn": f"SC{next(_numbers):06}",
        "registered": {"name": "Tarn End"},
        "registration_status": "Active",
    }
    outside = a_setting(owner, None, facts.pop("name", "Tarn End"), **(described | facts))
    officer = a_person(borough, Role.PLACEMENT_OFFICER, name="Olu Officer")
    manager = a_person(borough, Role.PLACEMENT_MANAGER, name="Mary Manager")
    director = a_person(borough, Role.DIRECTOR, name="Dora Director")
    referral = a_published(officer, lot, invited=(admitted,)) if published else a_draft(officer, lot)
    return Need(hub, borough, lot, officer, manager, director, admitted, outside, apart(referral))


def spot_terms(**facts: Any) -> SpotTerms:
    """A whole proposal from today, at £5,200 a week."""
    today = clock.today()
    usual: dict[str, Any] = {
        "reason": "no_framework_offer", "explanation": "The one setting that fits has not answered.", "starts_on": today,
        "review_on": today + timedelta(weeks=6),
        "fees": (Fee(kind=FeeKind.CORE, label="Core fee", amount=Decimal("5200.00"), unit=Unit.WEEK),),
    }  # fmt: skip
    return SpotTerms(**(usual | facts))


def leaving(**facts: Any) -> Leaving:
    """What an unregistered place needs."""
    usual: dict[str, Any] = {
        "reason": "No registered place has room this week.", "plan": "The home applies for registration by Friday.",
        "leave_by": clock.today() + timedelta(days=28),
    }  # fmt: skip
    return Leaving(**(usual | facts))


def an_unknown_place(**facts: Any) -> UnknownPlace:
    """A house that no register holds."""
    usual: dict[str, Any] = {
        "provider": None, "provider_name": "Quick Homes Ltd", "name": "The Annexe", "kind": SettingKind.CHILDRENS_HOME,
        "postcode": "CR0 1EA", "places": 1,
    }  # fmt: skip
    return UnknownPlace(**(usual | facts))


def proposed(need: Need, place: Setting | UnknownPlace | None = None, **facts: Any) -> SpotPurchase:
    """A purchase that the officer proposed; the officer acts."""
    acting(need.officer)
    referral = db.session.get_one(Referral, need.referral.id)
    wanted = place if place is not None else need.outside
    if isinstance(wanted, Setting):
        wanted = db.session.get_one(Setting, wanted.id)
    return _apart(need.officer, propose_spot_purchase(referral, wanted, spot_terms(**facts), by=need.officer))


def unregistered(need: Need, **facts: Any) -> SpotPurchase:
    """An unregistered place that the officer proposed."""
    usual: dict[str, Any] = {"leaving": leaving(), "warned": True, "review_on": clock.today() + timedelta(days=7)}
    return proposed(need, an_unknown_place(), **(usual | facts))


def approved(need: Need, purchase: SpotPurchase, *, by: Actor | None = None) -> SpotPurchase:
    """Approved by the manager, of an unregistered place by the director; the officer acts."""
    decider = by or (need.director if purchase.unregistered else need.manager)
    approve_spot_purchase(purchase_as_read_by(decider, purchase), "No other place.", by=decider)
    return purchase_as_read_by(need.officer, purchase)


def issued(need: Need, purchase: SpotPurchase) -> Agreement:
    """Its agreement drawn up, given an outcome and issued; the officer acts."""
    agreement = draw_up_spot_agreement(purchase_as_read_by(need.officer, purchase), by=need.officer)
    outcome = Outcome(domain="Safety", outcome="Is home every night", measure="Nights missing, of all nights")
    terms = DraftTerms(
        starts_on=agreement.starts_on, expected_end_on=agreement.expected_end_on,
        review_on=agreement.starts_on + timedelta(weeks=4), outcomes=(outcome,),
    )  # fmt: skip
    change_agreement(agreement, terms, by=need.officer)
    return issue_agreement(agreement, by=need.officer)


def a_paper(**facts: Any) -> SignedPaper:
    """The paper as the provider sent it back."""
    usual: dict[str, Any] = {
        "upload": Upload("scan.pdf", PDF), "signer": "Ines Faraway", "position": "Registered manager",
        "signed_on": clock.today(),
    }  # fmt: skip
    return SignedPaper(**(usual | facts))


def started(need: Need, purchase: SpotPurchase | None = None, on: date | None = None) -> Agreement:
    """A spot placement that has started: approved, agreed on paper, signed by the borough; the officer acts."""
    purchase = purchase or proposed(need)
    agreement = issued(need, approved(need, purchase))
    record_signed_paper(agreement, a_paper(), by=need.officer)
    agreement = agreement_as_read_by(need.manager, agreement)
    sign_for_borough(agreement, need.manager.name, by=need.manager)
    agreement = agreement_as_read_by(need.officer, agreement)
    return start_placement(agreement, on or agreement.starts_on, by=need.officer)


def purchase_as_read_by(actor: Actor, purchase: SpotPurchase) -> SpotPurchase:
    """From here on the actor acts, and reads the purchase anew."""
    return _apart(actor, purchase)


def agreement_as_read_by(actor: Actor, agreement: Agreement) -> Agreement:
    """From here on the actor acts, and reads the agreement anew."""
    return _apart(actor, agreement)


def _apart(actor: Actor, thing: T) -> T:
    (key,) = inspect(thing).identity  # type: ignore[union-attr]
    acting(actor)
    return db.session.get_one(type(thing), key)
