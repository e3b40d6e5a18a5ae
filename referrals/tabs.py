"""The parts of a referral's record, as the borough walks through them: the sub-navigation of every page about one referral."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from flask import request
from sqlalchemy import and_, func, select

from foundation.database import db
from marketplace.acts import Act
from marketplace.policy import permits
from marketplace.signed_in import signed_in_actor
from referrals.offer import Response
from referrals.referral import Clarification, Invitation, Referral, ReferralState

S = ReferralState
PUBLISHED = frozenset({S.PUBLISHED, S.OPENED, S.AWARDED, S.CLOSED})


@dataclass(frozen=True)
class Counts:
    """How many lie in each part."""

    invited: int
    questions: int
    unanswered: int
    offers: int
    answered: int


class Tab(NamedTuple):
    """A part: its words, the end of its address, and whether a referral has it."""

    text: Callable[[Referral, Counts], str]
    ending: str
    is_there: Callable[[Referral], bool]


def _always(_referral: Referral) -> bool:
    return True


def _was_published(referral: Referral) -> bool:
    return referral.published_at is not None


def _may_read_the_form(referral: Referral) -> bool:
    """The answers say who the child is to those who know: they are for the roles that may open identity."""
    return permits(signed_in_actor(), Act.OPEN_IDENTITY, referral)


def _offers(referral: Referral, counts: Counts) -> str:
    sealed = " sealed" if referral.opened_at is None else ""
    return f"Offers ({counts.offers}{sealed})" if counts.offers else "Offers"


TABS: list[Tab] = [
    Tab(lambda referral, counts: "Overview", "", _always),
    Tab(lambda referral, counts: "Form", "/form", _may_read_the_form),
    Tab(lambda referral, counts: "Settings that fit", "/settings", _was_published),
    Tab(lambda referral, counts: _with("Invited", counts.invited), "/invitations", _was_published),
    Tab(lambda referral, counts: _with("Questions", counts.questions), "/questions", _was_published),
    Tab(_offers, "/offers", _was_published),
    Tab(lambda referral, counts: "Timeline", "/timeline", _always),
]


def counts_of(referral: Referral) -> Counts:
    """The counts beside the tabs, in one statement."""
    live = and_(Response.referral_id == referral.id, Response.withdrawn_at.is_(None))
    of_this = Clarification.referral_id == referral.id
    row = db.session.execute(
        select(
            select(func.count()).where(Invitation.referral_id == referral.id).scalar_subquery(),
            select(func.count()).where(of_this).scalar_subquery(),
            select(func.count()).where(of_this, Clarification.answered_at.is_(None)).scalar_subquery(),
            select(func.count()).where(live, Response.kind == "offer").scalar_subquery(),
            select(func.count(Response.provider_id.distinct())).where(live).scalar_subquery(),
        )
    ).one()
    return Counts(*row)


def tabs_of(referral: Referral, counts: Counts | None = None) -> list[tuple[str, str, bool]]:
    """The parts of this referral for `look.subnav`: words, address, and whether the page shown lies in it."""
    counts = counts or counts_of(referral)
    base = f"/referrals/{referral.reference}"
    return [
        (tab.text(referral, counts), base + tab.ending, _is_current(base, tab.ending))
        for tab in TABS
        if tab.is_there(referral)
    ]


def _is_current(base: str, ending: str) -> bool:
    return request.path == base + ending or (bool(ending) and request.path.startswith(f"{base}{ending}/"))


def _with(text: str, count: int) -> str:
    return f"{text} ({count})" if count else text
