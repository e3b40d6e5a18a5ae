"""The market's answer, brought about through its verbs: invitations, questions, offers and declines."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import inspect

from foundation import clock
from foundation.database import Base, db
from foundation.tenancy import SYSTEM_FENCE
from marketplace.actor import Actor
from marketplace.fee_line import FeeKind, Unit
from marketplace.organisation import Organisation
from marketplace.roles import Role
from marketplace.setting import Level, Setting
from referrals.clarifying import ask_clarification
from referrals.declining import decline_referral
from referrals.inviting import invite_wave
from referrals.offer import DeclineReason, Offer, Response
from referrals.offer_terms import Fee, NeedAnswer, OfferTerms, ProposedOutcome
from referrals.offering import submit_offer
from referrals.referral import Clarification, PublishedProfile, Referral
from tests.makers.standing import a_person, acting, behind

T = TypeVar("T", bound=Base)


def here(thing: T) -> T:
    """The thing as the present actor reads it, in the session, so that verbs can hold it."""
    found: T = db.session.get_one(type(thing), _key(thing))
    return found


def apart(thing: T) -> T:
    """The thing read anew and apart from the session, so that it stays readable whoever acts next."""
    found = here(thing)
    db.session.refresh(found)
    db.session.expunge(found)
    return found


def a_colleague_at(organisation_id: uuid.UUID, *roles: Role) -> Actor:
    """A person with these roles at the organisation of that key."""
    with behind(SYSTEM_FENCE):
        organisation = db.session.get_one(Organisation, organisation_id)
    return a_person(organisation, *roles)


def an_officer(referral: Referral) -> Actor:
    """A placement officer of the referral's borough."""
    return a_colleague_at(referral.authority_id, Role.PLACEMENT_OFFICER)


def a_responder(setting: Setting) -> Actor:
    """A responder of the setting's provider."""
    return a_colleague_at(setting.provider_id, Role.PROVIDER_RESPONDER)


def invited(referral: Referral, *settings: Setting, by: Actor | None = None) -> Referral:
    """The referral, its next wave sent to these settings' providers by an officer of the borough."""
    keys = [setting.id for setting in settings]
    acting(officer := by or an_officer(referral))
    invite_wave(here(referral), keys, by=officer)
    return apart(referral)


def terms_for(setting: Setting, *, weekly: Decimal | int = 4200, **facts: Any) -> OfferTerms:
    """An offer of the setting at so many pounds a week, from in two weeks."""
    first_day = clock.today() + timedelta(days=14)
    usual: dict[str, Any] = {
        "starts_on": first_day,
        "valid_until": first_day + timedelta(days=14),
        "approach": "A key worker of his own and a calm start.",
        "impact": "Two others live here; both have been asked.",
        "outcomes": (ProposedOutcome(domain="Education", outcome="In school every day", measure="Attendance of 95%"),),
        "fees": (Fee(kind=FeeKind.CORE, label="Core fee", amount=Decimal(weekly), unit=Unit.WEEK),),
    }
    return OfferTerms(setting_id=_key(setting), **(usual | facts))


def an_offer(
    referral: Referral, setting: Setting, *, weekly: Decimal | int = 4200, by: Actor | None = None, **facts: Any
) -> Offer:
    """An offer of the setting on the referral, sent by a responder of its provider, that meets every need and criterion."""
    acting(responder := by or a_responder(setting))
    held = here(referral)
    facts.setdefault("criterion_answers", {criterion.id: "In this way." for criterion in held.lot.criteria})
    facts.setdefault("needs", needs_met(held))
    return apart(submit_offer(held, terms_for(setting, weekly=weekly, **facts), by=responder))


def a_decline(
    referral: Referral, setting: Setting, reason: DeclineReason = DeclineReason.NO_VACANCY, *, by: Actor | None = None
) -> Response:
    """A decline by the provider of the setting."""
    acting(responder := by or a_responder(setting))
    return apart(decline_referral(here(referral), reason, by=responder))


def a_question(
    referral: Referral, setting: Setting, text: str = "Is Saturday contact supervised?", *, by: Actor | None = None
) -> Clarification:
    """A question asked by the provider of the setting."""
    acting(responder := by or a_responder(setting))
    return apart(ask_clarification(here(referral), text, by=responder))


def needs_met(referral: Referral, level: Level = Level.FULL) -> tuple[NeedAnswer, ...]:
    """Every need of the referral, met so far; the actor sees the profile."""
    asked = db.session.get_one(PublishedProfile, _key(referral)).wanted
    codes = [*(asked.get("must") or []), *(asked.get("desirable") or [])]
    return tuple(NeedAnswer(need=code, level=level, evidence="Trained staff on every shift.") for code in codes)


def _key(thing: Base) -> uuid.UUID:
    key: uuid.UUID = inspect(thing).identity[0]
    return key
