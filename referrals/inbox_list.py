"""The provider's inbox, made for volume: every referral it was invited to, best fit to its own settings first."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Subquery, and_, exists, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from foundation import clock
from foundation.database import db
from marketplace.actor import Actor
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.setting import Setting
from referrals.deadlines import working_days_until
from referrals.offer import DeclineReason, Offer, OfferState, Response
from referrals.referral import Invitation, PublishedProfile, Referral, ReferralState
from referrals.titles import title_of

PAGE = 20
STATES = {"waiting": "Waiting for an answer", "answered": "Answered", "closed": "Closed", "": "All"}
ORDERS = {"fit": "Best fit", "due": "Due first", "newest": "Newest"}
Decline = aliased(Response)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the bar above the list asks for."""

    standing: str = "waiting"
    setting: str = ""
    borough: str = ""
    order: str = "fit"
    page: int = 1


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A referral as it stands in the inbox."""

    reference: str
    title: str
    borough: str
    lot: str
    state: ReferralState
    needed_by: date | None
    expected_weeks: int | None
    deadline: datetime
    is_open: bool
    days_left: int
    fit: Decimal
    #: names of the settings that fitted when it was invited, and why the best of them did
    settings: tuple[str, ...]
    setting_ids: tuple[str, ...]
    why: tuple[str, ...]
    declined: DeclineReason | None
    offers: tuple[str, ...]

    @property
    def is_due_soon(self) -> str:
        """The level of its deadline: now (today), soon (one or two working days), or none."""
        return "now" if self.days_left <= 0 else "soon" if self.days_left <= 2 else ""

    @property
    def is_waiting(self) -> bool:
        """Open, and neither offered nor declined."""
        return self.is_open and not self.offers and self.declined is None


@dataclass(frozen=True, slots=True)
class OwnSetting:
    """A setting of the provider as the inbox needs it: its places, and the offer that already holds one."""

    key: str
    name: str
    vacancies: int
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures above the list."""

    waiting: int
    due_today: int
    answered: int
    asked: int

    @property
    def answered_in_time(self) -> int | None:
        """Per cent of the last 90 days' invitations that were answered; every answer is in time, a late one is refused."""
        return round(100 * self.answered / self.asked) if self.asked else None


def inbox_of(actor: Actor, filters: Filters) -> tuple[list[InboxRow], int]:
    """The page of rows that the filters ask for, and how many there are in all; one statement."""
    page = _ordered(_matching(actor, filters), filters.order).limit(PAGE).offset(PAGE * (filters.page - 1)).subquery()
    found = db.session.execute(_ordered(_listed(actor, page), filters.order)).all()
    return [_row(row) for row in found], found[0].in_all if found else 0


def counts_of(actor: Actor) -> Counts:
    """The figures above the list; one statement."""
    now = clock.now()
    answered = _has_answered(actor)
    waiting = and_(_is_open(), ~answered)
    tomorrow = clock.today() + timedelta(days=1)
    lately = and_(Referral.deadline < now, Referral.deadline > now - timedelta(days=90))
    row = db.session.execute(
        select(
            func.count().filter(waiting),
            func.count().filter(waiting, func.timezone("Europe/London", Referral.deadline) < tomorrow),
            func.count().filter(lately, answered),
            func.count().filter(lately),
        )
        .select_from(Invitation)
        .join(Referral, Referral.id == Invitation.referral_id)
        .where(Invitation.provider_id == actor.organisation_id)
    ).one()
    return Counts(*row)


def boroughs_of(actor: Actor) -> list[tuple[str, str]]:
    """Reference and short name of every borough that invited the provider."""
    rows = db.session.scalars(
        select(Organisation)
        .where(
            Organisation.id.in_(
                select(Invitation.authority_id).where(Invitation.provider_id == actor.organisation_id).distinct()
            )
        )
        .order_by(Organisation.name)
    )
    return [(borough.reference, borough.short_name) for borough in rows]


def own_settings(actor: Actor) -> list[OwnSetting]:
    """The provider's settings that are in a lot's service: those with places to say."""
    rows = db.session.execute(
        select(Setting.id, Setting.name, Setting.vacancies, Setting.vacancies_confirmed_at)
        .where(Setting.provider_id == actor.organisation_id)
        .order_by(Setting.name)
    )
    return [OwnSetting(str(row.id), row.name, row.vacancies or 0, row.vacancies_confirmed_at) for row in rows]


def places_in_offers(actor: Actor) -> dict[str, tuple[str, date]]:
    """For each of the provider's settings with a live offer: the referral offered on, and until when the offer is valid."""
    rows = db.session.execute(
        select(Offer.setting_id, Referral.reference, Offer.valid_until)
        .join(Referral, Referral.id == Offer.referral_id)
        .where(
            Offer.provider_id == actor.organisation_id,
            Offer.state == OfferState.SUBMITTED,
            Offer.valid_until >= clock.today(),
        )
        .order_by(Offer.valid_until)
    )
    return {str(setting_id): (reference, until) for setting_id, reference, until in rows}


def _matching(actor: Actor, filters: Filters) -> Select[*tuple[Any, ...]]:
    """The invitations that the filters ask for: everything else is read for one page of them only."""
    return (
        select(Invitation.id, func.count().over().label("in_all"))
        .join(Referral, Referral.id == Invitation.referral_id)
        .where(Invitation.provider_id == actor.organisation_id, *_conditions(actor, filters))
    )


def _listed(actor: Actor, page: Subquery) -> Select[*tuple[Any, ...]]:
    """The referrals of these invitations, with the provider's own answers."""
    offers = (
        select(func.array_agg(aggregate_order_by(Offer.reference, Offer.submitted_at)))
        .where(
            Offer.referral_id == Invitation.referral_id,
            Offer.provider_id == actor.organisation_id,
            Offer.state != OfferState.WITHDRAWN,
        )
        .scalar_subquery()
    )
    return (
        select(
            Referral.reference, Referral.state, Referral.needed_by, Referral.expected_weeks, Referral.deadline,
            Lot.key, Lot.name.label("lot"), Organisation.name.label("borough"), PublishedProfile.age, PublishedProfile.sex,
            Invitation.settings, Invitation.fit, Decline.reason, offers.label("offers"), page.c.in_all,
        )
        .select_from(page)
        .join(Invitation, Invitation.id == page.c.id)
        .join(Referral, Referral.id == Invitation.referral_id)
        .join(Lot, Lot.id == Referral.lot_id)
        .join(Organisation, Organisation.id == Invitation.authority_id)
        .outerjoin(PublishedProfile, PublishedProfile.referral_id == Invitation.referral_id)
        .outerjoin(Decline, _is_live_decline(actor))
    )  # fmt: skip


def _conditions(actor: Actor, filters: Filters) -> list[ColumnElement[bool]]:
    answered = _has_answered(actor)
    asked: dict[str, ColumnElement[bool]] = {
        "waiting": and_(_is_open(), ~answered),
        "answered": answered,
        "closed": ~_is_open(),
    }
    conditions = [asked[filters.standing]] if filters.standing in asked else []
    if filters.setting:
        conditions.append(Invitation.settings.contains([{"setting_id": filters.setting}]))
    if filters.borough:
        named = select(Organisation.id).where(Organisation.reference == filters.borough)
        conditions.append(Invitation.authority_id.in_(named))
    return conditions


def _ordered(listed: Select[*tuple[Any, ...]], order: str) -> Select[*tuple[Any, ...]]:
    if order == "due":
        return listed.order_by(Referral.deadline, Referral.reference)
    if order == "newest":
        return listed.order_by(Invitation.released_at.desc(), Referral.reference)
    return listed.order_by(Invitation.fit.desc(), Referral.deadline, Referral.reference)


def _is_open() -> ColumnElement[bool]:
    return and_(Referral.state == ReferralState.PUBLISHED, Referral.deadline >= clock.now())


def _is_live_decline(actor: Actor) -> ColumnElement[bool]:
    return and_(
        Decline.referral_id == Invitation.referral_id,
        Decline.provider_id == actor.organisation_id,
        Decline.kind == "decline",
        Decline.withdrawn_at.is_(None),
    )


def _has_answered(actor: Actor) -> ColumnElement[bool]:
    return exists(
        select(Response.id).where(
            Response.referral_id == Invitation.referral_id,
            Response.provider_id == actor.organisation_id,
            Response.withdrawn_at.is_(None),
        )
    )


def _row(row: Row[*tuple[Any, ...]]) -> InboxRow:
    now, settings = clock.now(), row.settings
    return InboxRow(
        reference=row.reference, title=title_of(row.key, row.age, row.sex), borough=row.borough, lot=row.lot, state=row.state,
        needed_by=row.needed_by, expected_weeks=row.expected_weeks, deadline=row.deadline,
        is_open=row.state is ReferralState.PUBLISHED and now <= row.deadline,
        days_left=working_days_until(row.deadline), fit=row.fit,
        settings=tuple(each["name"] for each in settings), setting_ids=tuple(each["setting_id"] for each in settings),
        why=tuple(settings[0]["why"]) if settings else (), declined=row.reason, offers=tuple(row.offers or ()),
    )  # fmt: skip
