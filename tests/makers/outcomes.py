"""Placements laid down by the dozen for returns, indicators and reports; how they come about has tests of its own.

Each has its child, referral, invitation, answer, offer, award, agreement, fee line and outcomes, as the verbs leave them.
"""

import itertools
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import update

from contracts.agreement import Agreement, AgreementFeeLine, AgreementOutcome, AgreementState
from contracts.award import Award
from foundation import clock
from foundation.database import db
from foundation.files import StoredFile
from foundation.quarters import Quarter
from foundation.references import new_reference
from foundation.tenancy import Fence
from marketplace.actor import SYSTEM, Actor
from marketplace.framework import Lot, TermsVersion
from marketplace.organisation import Organisation
from marketplace.roles import Role
from marketplace.setting import Setting
from outcomes.monitoring import MonitoringReturn, Progress
from outcomes.return_queries import asked_figures, outcomes_due
from outcomes.returning import TypedFigure, TypedProgress, TypedReturn, open_return, save_return, send_return
from referrals.child import Child, Identity
from referrals.offer import DeclineReason, Offer, OfferState, Response
from referrals.referral import Invitation, Referral, ReferralState
from tests.makers.answers import here
from tests.makers.standing import a_borough, a_hub, a_lot, a_person, a_provider, a_setting, acting, behind

#: a name that must never be met in a report
CANARY = "Quillonrose"

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Market:
    """A hub, a borough, a provider with one setting in one lot, and the people who act for them."""

    hub: Organisation
    borough: Organisation
    provider: Organisation
    lot: Lot
    setting: Setting
    analyst: Actor
    officer: Actor
    manager: Actor


def a_market(key: str = "residential") -> Market:
    """One of each."""
    hub = a_hub()
    borough, provider = a_borough(hub), a_provider()
    lot = a_lot(hub, key, (borough,))
    setting = a_setting(provider, lot)
    return Market(
        hub,
        borough,
        provider,
        lot,
        setting,
        a_person(hub, Role.HUB_MANAGER),
        a_person(borough, Role.PLACEMENT_OFFICER),
        a_person(provider, Role.PROVIDER_MANAGER),
    )


def at_noon(day: date) -> datetime:
    """Noon of that day, in UTC."""
    return datetime.combine(day, time(12), tzinfo=UTC)


def an_asked_provider(
    borough: Organisation, setting: Setting, lot: Lot, deadline: date, *, answer: str = "offer", late: bool = False
) -> tuple[uuid.UUID, uuid.UUID | None]:
    """A referral whose deadline lies in the past, one invitation, and what came of it: offer, decline or none."""
    child, referral, offer_id = uuid.uuid4(), uuid.uuid4(), uuid.uuid4() if answer == "offer" else None
    with behind(_borough(borough)):
        _published(borough, lot, child, referral, setting)
    if answer != "none":
        with behind(_provider(setting)):
            _answered(borough, setting, referral, offer_id)
    closed = at_noon(deadline)
    answered = closed + timedelta(hours=1) if late else closed - timedelta(hours=1)
    with behind(_provider(setting)):
        db.session.execute(update(Response).where(Response.referral_id == referral).values(answered_at=answered))
    with behind(_borough(borough)):
        values: dict[str, Any] = {"published_at": closed - timedelta(days=5), "deadline": closed}
        db.session.execute(update(Referral).where(Referral.id == referral).values(**values))
    return referral, offer_id


def a_placement(
    borough: Organisation, setting: Setting, lot: Lot, starts_on: date, *, ended_on: date | None = None,
    as_planned: bool = True, weekly: Decimal | int = 4200, awarded_days_before: int = 14, outcomes: int = 2, **facts: Any,
) -> str:  # fmt: skip
    """A placement that began on that day; gives back the agreement's reference."""
    awarded_on = starts_on - timedelta(days=awarded_days_before)
    referral, offer = an_asked_provider(borough, setting, lot, awarded_on - timedelta(days=3))
    agreement = uuid.uuid4()
    with behind(_borough(borough)):
        _awarded(borough, setting, referral, offer, awarded_on)
        reference = _agreed(borough, setting, lot, agreement, referral, starts_on, ended_on, as_planned, facts)
        db.session.flush()
        _priced(borough, setting, agreement, starts_on, ended_on, weekly, outcomes)
    return reference


def an_opened_return(market: Market, quarter: str) -> MonitoringReturn:
    """The provider's return of a quarter that is over, opened by the worker."""
    _as_system()
    found = open_return(
        db.session.get_one(Organisation, market.provider.id),
        db.session.get_one(Lot, market.lot.id),
        Quarter.parse(quarter),
        by=SYSTEM,
    )
    acting(market.manager)
    return here(found)


def filled_in(
    of: MonitoringReturn, *, numerator: int = 9, denominator: int = 10, **figures: tuple[int, int]
) -> TypedReturn:
    """Everything that the return asks for, with the same figures wherever none are given."""
    return TypedReturn(
        figures={
            indicator.key: TypedFigure(*figures.get(indicator.key, (numerator, denominator)))
            for indicator, _ in asked_figures(of)
        },
        progress={due.outcome_id: TypedProgress(Progress.GOOD, "Seen in the review") for due in outcomes_due(of)},
    )


def a_sent_return(market: Market, quarter: str, **figures: tuple[int, int]) -> MonitoringReturn:
    """The provider's return, complete and sent by its manager."""
    of = an_opened_return(market, quarter)
    save_return(of, filled_in(of, **figures), version=of.version, by=market.manager)
    return send_return(of, by=market.manager)


def _as_system() -> None:
    acting(SYSTEM)


def _borough(borough: Organisation) -> Fence:
    return Fence(borough.id, None, "authority", sees_identity=True)


def _provider(setting: Setting) -> Fence:
    return Fence(setting.provider_id, None, "provider")


def _published(borough: Organisation, lot: Lot, child: uuid.UUID, referral: uuid.UUID, setting: Setting) -> None:
    now = clock.now()
    db.session.add(Child(id=child, authority_id=borough.id, reference=new_reference(borough.prefix)))
    db.session.flush()
    db.session.add(
        Identity(
            child_id=child,
            authority_id=borough.id,
            first_name=CANARY,
            family_name=f"Vexworth{next(_numbers)}",
            date_of_birth=date(2013, 3, 14),
            sex="F",
        )
    )
    db.session.add(
        Referral(
            id=referral,
            reference=new_reference(borough.prefix),
            authority_id=borough.id,
            child_id=child,
            lot_id=lot.id,
            form_key=lot.form_key,
            form_version=1,
            state=ReferralState.PUBLISHED,
            published_at=now,
            deadline=now + timedelta(days=5),
            emergency=True,
        )
    )
    db.session.flush()
    db.session.add(
        Invitation(
            referral_id=referral,
            authority_id=borough.id,
            provider_id=setting.provider_id,
            wave=1,
            released_at=now,
            settings=[],
            fit=80,
        )
    )


def _answered(borough: Organisation, setting: Setting, referral: uuid.UUID, offer_id: uuid.UUID | None) -> None:
    now, day = clock.now(), clock.today()
    if offer_id:
        db.session.add(
            Offer(
                id=offer_id,
                reference=new_reference("OFR"),
                referral_id=referral,
                authority_id=borough.id,
                provider_id=setting.provider_id,
                setting_id=setting.id,
                starts_on=day,
                valid_until=day,
                approach="Calm.",
                submitted_at=now,
                receipt_hash="0" * 64,
            )
        )
        db.session.flush()
    db.session.add(
        Response(
            referral_id=referral,
            authority_id=borough.id,
            provider_id=setting.provider_id,
            answered_at=now,
            kind="offer" if offer_id else "decline",
            offer_id=offer_id,
            reason=None if offer_id else DeclineReason.NO_VACANCY,
        )
    )


def _awarded(
    borough: Organisation, setting: Setting, referral: uuid.UUID, offer: uuid.UUID | None, awarded_on: date
) -> None:
    opened: dict[str, Any] = {
        "state": ReferralState.AWARDED,
        "opened_at": at_noon(awarded_on),
        "awarded_offer_id": offer,
    }
    db.session.execute(update(Referral).where(Referral.id == referral).values(**opened))
    db.session.execute(update(Offer).where(Offer.id == offer).values(state=OfferState.AWARDED))
    db.session.add(
        Award(
            id=referral,
            referral_id=referral,
            offer_id=offer,
            provider_id=setting.provider_id,
            authority_id=borough.id,
            rationale="It fits.",
            first_ranked=True,
            weekly_cost=Decimal(4200),
            awarded_at=at_noon(awarded_on),
            awarded_by_id=uuid.uuid4(),
            awarded_by_name="Ada Manager",
        )
    )
    db.session.flush()


def _agreed(
    borough: Organisation, setting: Setting, lot: Lot, agreement: uuid.UUID, referral: uuid.UUID, starts_on: date,
    ended_on: date | None, as_planned: bool, facts: dict[str, Any],
) -> str:  # fmt: skip
    paper = StoredFile.of(
        b"signed",
        name="signed.pdf",
        media_type="application/pdf",
        organisation_id=borough.id,
    )
    db.session.add(paper)
    terms = db.session.query(TermsVersion).filter_by(framework_id=lot.framework_id).first()
    assert terms is not None
    child_id = db.session.get_one(Referral, referral).child_id
    child = db.session.get_one(Child, child_id)
    reference = new_reference(borough.prefix)
    described = {
        "age_at_start": 12, "sex": "F", "expected_end_on": None, "issued_at": at_noon(starts_on),
        "review_on": starts_on + timedelta(days=28),
    } | facts  # fmt: skip
    db.session.add(
        Agreement(
            id=agreement,
            reference=reference,
            kind=lot.agreement_kind,
            award_id=referral,
            referral_id=referral,
            authority_id=borough.id,
            provider_id=setting.provider_id,
            child_id=child_id,
            child_reference=child.reference,
            setting_id=setting.id,
            lot_id=lot.id,
            terms_version_id=terms.id,
            starts_on=starts_on,
            started_on=starts_on,
            started_at=at_noon(starts_on),
            signed_file_id=paper.id,
            state=AgreementState.ENDED if ended_on else AgreementState.ACTIVE,
            ended_on=ended_on,
            ended_as_planned=as_planned if ended_on else None,
            end_reason="Moved on" if ended_on else None,
            **described,
        )
    )
    return reference


def _priced(
    borough: Organisation, setting: Setting, agreement: uuid.UUID, starts_on: date, ended_on: date | None,
    weekly: Decimal | int, outcomes: int,
) -> None:  # fmt: skip
    own = {"agreement_id": agreement, "authority_id": borough.id, "provider_id": setting.provider_id}
    db.session.add(
        AgreementFeeLine(
            **own,
            position=1,
            kind="core",
            label="Core fee",
            amount=Decimal(weekly),
            unit="week",
            starts_on=starts_on,
            ends_on=ended_on,
        )
    )
    for position in range(1, outcomes + 1):
        db.session.add(
            AgreementOutcome(
                **own,
                position=position,
                domain="education",
                outcome=f"Goes to school, step {position}",
                measure="Sessions attended",
            )
        )
