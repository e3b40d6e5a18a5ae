"""One referral at a glance: its head with the steps, the facts that decide the next act, the waves and who answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from foundation.database import db
from foundation.formatting import clock_time, day_short, plural, working_days
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.needs import need_label
from marketplace.organisation import Organisation
from marketplace.person import Person
from marketplace.policy import may
from referrals import queries
from referrals.deadlines import working_days_until
from referrals.offer import Response
from referrals.profiling import profile_of
from referrals.referral import Invitation, PublishedProfile, Referral, ReferralState
from referrals.tabs import Counts, counts_of, tabs_of
from referrals.timeline import Entry, entries_of, readers_among

S = ReferralState

STEPS = ("Draft", "Approved", "Published", "Offers opened", "Awarded", "Agreement", "Started")
#: The step at which a referral is; those that ended without an award are at none.
STEP_OF = {S.DRAFT: 0, S.AWAITING_APPROVAL: 1, S.PUBLISHED: 2, S.OPENED: 3, S.AWARDED: 5}

#: What is wanted in each lot, as the title of a referral says it.
PLACES = {"residential": "Children’s home", "fostering": "Foster family", "special_school": "Special school"}
CHILD_WORDS = {"M": "boy", "F": "girl"}


@dataclass(frozen=True)
class Head:
    """What stands at the head of every page about one referral."""

    referral: Referral
    title: str
    caption: str
    step: int | None
    counts: Counts
    tabs: list[tuple[str, str, bool]]


@dataclass(frozen=True)
class Invited:
    """A provider in a wave, with what it answered so far."""

    provider: str
    settings: str
    badge: tuple[str, str]
    when: datetime | None
    note: str
    has_answered: bool


@dataclass(frozen=True)
class Wave:
    """Providers invited together."""

    number: int
    sent_at: datetime
    invited: list[Invited]

    @property
    def answered(self) -> int:
        """How many of them answered."""
        return sum(each.has_answered for each in self.invited)


@dataclass(frozen=True)
class Deadline:
    """A deadline in two lines, and how near it is."""

    left: str
    when: str
    level: str


@dataclass(frozen=True)
class Overview:
    """All that the overview shows."""

    head: Head
    profile: PublishedProfile | None
    short_name: str | None
    child_reference: str
    waves: list[Wave]
    entries: list[Entry]
    deadline: Deadline | None
    people: list[tuple[str, str]]
    acts: list[tuple[str, str, str]]

    @property
    def must(self) -> list[str]:
        """The needs that must be met, in words."""
        return [need_label(code) for code in self.profile.wanted["must"]] if self.profile else []

    @property
    def desirable(self) -> list[str]:
        """The needs that it would be good to meet, in words."""
        return [need_label(code) for code in self.profile.wanted["desirable"]] if self.profile else []

    @property
    def is_sealed(self) -> bool:
        """Whether offers still lie sealed."""
        return self.head.referral.opened_at is None


def head_of(referral: Referral, profile: PublishedProfile | None = None) -> Head:
    """The head of a page about the referral; two statements, one where the profile is at hand."""
    profile = profile or db.session.get(PublishedProfile, referral.id)
    counts = counts_of(referral)
    caption = f"{referral.reference}, {referral.lot.framework.name}, {referral.lot.name}"
    title = title_of(referral, profile)
    return Head(referral, title, caption, STEP_OF.get(referral.state), counts, tabs_of(referral, counts))


def title_of(referral: Referral, profile: PublishedProfile | None) -> str:
    """Children’s home for a girl of 12: what is wanted and for whom, without a name."""
    place = PLACES.get(referral.lot.key, referral.lot.name)
    if profile is None:
        return f"{place}, {referral.reference}"
    return f"{place} for a {CHILD_WORDS.get(profile.sex, 'child')} of {profile.age}"


def overview_of(referral: Referral, actor: Actor) -> Overview:
    """The referral as the borough sees it."""
    identity = queries.identity_by_child(referral.child_id)
    profile = db.session.get(PublishedProfile, referral.id) if referral.published_at else None
    if profile is None and identity is not None:
        profile = profile_of(referral, queries.answers_of(referral).answers, identity)
    entries = entries_of(referral)
    return Overview(
        head=head_of(referral, profile), profile=profile, short_name=identity.short_name if identity else None,
        child_reference=queries.reference_of_child(referral),
        waves=waves_of(referral, readers_among(entries)) if referral.published_at else [],
        entries=entries, deadline=deadline_of(referral), people=_people(referral), acts=_acts(referral, actor),
    )  # fmt: skip


def waves_of(referral: Referral, readers: set[UUID]) -> list[Wave]:
    """The waves with their providers in the order of their names, in one statement."""
    live = and_(
        Response.referral_id == Invitation.referral_id,
        Response.provider_id == Invitation.provider_id,
        Response.withdrawn_at.is_(None),
    )
    rows = db.session.execute(
        select(Invitation, Organisation.name, Response)
        .join(Organisation, Organisation.id == Invitation.provider_id)
        .outerjoin(Response, live)
        .where(Invitation.referral_id == referral.id)
        .order_by(Invitation.wave, Organisation.name, Response.answered_at)
    ).all()
    found: dict[int, dict[UUID, tuple[Invitation, str, list[Response]]]] = {}
    for invitation, name, response in rows:
        by_provider = found.setdefault(invitation.wave, {})
        _, _, responses = by_provider.setdefault(invitation.provider_id, (invitation, name, []))
        responses.extend([response] if response else [])
    return [
        Wave(
            number,
            min(invitation.released_at for invitation, _, _ in each.values()),
            [_invited(referral, *particulars, readers) for particulars in each.values()],
        )
        for number, each in found.items()
    ]


def deadline_of(referral: Referral) -> Deadline | None:
    """The deadline in words: 2 working days, Mon 23 Nov, noon."""
    if referral.deadline is None:
        return None
    when = f"{day_short(referral.deadline)}, {clock_time(referral.deadline)}"
    if referral.is_closed_for_answers:
        return Deadline("Closed", when, "now" if referral.state is S.PUBLISHED else "")
    left = working_days_until(referral.deadline)
    return Deadline(working_days(left), when, "now" if left <= 0 else "soon" if left <= 2 else "")


def _invited(
    referral: Referral, invitation: Invitation, name: str, responses: list[Response], readers: set[UUID]
) -> Invited:
    settings = ", ".join(str(each.get("name", "")) for each in invitation.settings)
    offers = [response for response in responses if response.kind == "offer"]
    if offers:
        words = "Offer" if len(offers) == 1 else plural(len(offers), "offer")
        badge = ("seal", f"{words}, sealed") if referral.opened_at is None else ("wait", words)
        return Invited(name, settings, badge, offers[0].answered_at, "", True)
    if responses:
        declined = responses[0]
        said = [declined.reason.words if declined.reason else "", declined.note]
        return Invited(name, settings, ("none", "Declined"), declined.answered_at, ". ".join(filter(None, said)), True)
    if invitation.provider_id in readers:
        return Invited(name, settings, ("wait", "Reading"), None, "", False)
    return Invited(name, settings, ("none", "Not opened"), None, "", False)


def _people(referral: Referral) -> list[tuple[str, str]]:
    parts = [(referral.officer_id, "placement officer"), (referral.published_by_id, "approved it")]
    wanted = [person_id for person_id, _ in parts if person_id]
    names: dict[Any, str] = {}
    if wanted:
        names = dict(db.session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted))).tuples().all())
    return [(names[person_id], part) for person_id, part in parts if person_id in names]


#: What may be done from the overview: act, words, end of the address, and what follows from it.
_ACTIONS = (
    (Act.INVITE_WAVE, "Invite settings", "/settings", "They get a letter that names no child"),
    (Act.EXTEND_DEADLINE, "Move the deadline", "/deadline", "Once an offer lies it can only be made later"),
    (Act.WITHDRAW_REFERRAL, "Withdraw, with a reason", "/withdraw", "Every invited provider is told"),
    (
        Act.PROPOSE_SPOT_PURCHASE, "Propose a spot purchase", "/spot-purchase",
        "A place outside the framework: the search is attached, somebody else approves",
    ),
)  # fmt: skip


def _acts(referral: Referral, actor: Actor) -> list[tuple[str, str, str]]:
    base = f"/referrals/{referral.reference}"
    return [
        (words, base + ending, consequence) for act, words, ending, consequence in _ACTIONS if may(actor, act, referral)
    ]
