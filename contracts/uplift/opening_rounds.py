"""Opening a round, saying which boroughs take part, entering indices, closing it: the hub's work before and after the negotiation."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from contracts.uplift.notices import tell_left_out, tell_round_closed, tell_round_opened
from contracts.uplift.request import OPEN_STATES, UpliftRequest
from contracts.uplift.round import RoundIndex, UpliftParticipant, UpliftRound
from contracts.uplift.rule import RuleKind
from contracts.years import require_open_year
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.permission import Invalid
from foundation.references import new_reference
from foundation.states import hold, move, require
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.framework import Framework, FrameworkParticipant, Lot
from marketplace.organisation import Organisation
from marketplace.policy import authorise


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundTerms:
    """What the hub announces: the window, the rule, what it wants to see, who negotiates, the day, the days to appeal."""

    framework: Framework
    lot: Lot | None
    opens_on: date
    closes_on: date
    effective_on: date
    rule: RuleKind
    cap: Decimal | None = None
    index_name: str | None = None
    review_above: Decimal | None = None
    evidence_asked: str
    negotiator: str
    appeal_days: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedIndex:
    """A published figure as somebody read it off its source."""

    name: str
    percent: Decimal
    weight: Decimal
    source: str
    published_on: date
    part: str | None = None


def open_round(terms: RoundTerms, *, by: Actor) -> UpliftRound:
    """The hub opens the yearly round of a framework or lot. Every borough of the framework takes part until it is left out by name."""
    with transaction():
        authorise(by, Act.OPEN_UPLIFT_ROUND, terms.framework)
        _check(terms)
        authorities = _boroughs_of(terms.framework)
        opened = _round_of(terms, by)
        db.session.add(opened)
        db.session.flush()
        db.session.add_all(
            UpliftParticipant(round_id=opened.id, hub_id=opened.hub_id, authority_id=authority.id)
            for authority in authorities
        )
        record(Act.OPEN_UPLIFT_ROUND, opened, by=by, after={"effective_on": terms.effective_on, "rule": terms.rule})
        tell_round_opened(opened, authorities)
    return opened


def change_participation(opened: UpliftRound, authority: Organisation, joins: bool, reason: str, *, by: Actor) -> None:
    """The hub writes down that a borough takes part, or that it does not and why; its agreements are then left as they are."""
    with transaction():
        authorise(by, Act.CHANGE_PARTICIPATION, opened)
        require(hold(opened), Act.CHANGE_PARTICIPATION)
        participant = db.session.scalar(
            select(UpliftParticipant).where(
                UpliftParticipant.round_id == opened.id, UpliftParticipant.authority_id == authority.id
            )
        )
        if participant is None:
            raise Invalid("That borough does not buy from this framework.", "authority")
        if not joins and not reason.strip():
            raise Invalid("Say why the borough does not take part.", "reason")
        if not joins:
            _require_somebody_else(opened, participant)
        before = {"joins": participant.joins}
        participant.joins, participant.reason = joins, "" if joins else reason.strip()
        after = {"joins": joins, "borough": authority.name}
        record(Act.CHANGE_PARTICIPATION, opened, by=by, about=authority.id, before=before, after=after)
        tell_left_out(opened, authority, joins)


def enter_index(opened: UpliftRound, typed: TypedIndex, *, by: Actor) -> RoundIndex:
    """The hub enters a published index with its source and date. A correction is another entry of the same name: the last one counts."""
    with transaction():
        authorise(by, Act.ENTER_INDEX, opened)
        require(hold(opened), Act.ENTER_INDEX)
        if not typed.source.strip():
            raise Invalid("Say where the figure was published.", "source")
        if typed.published_on > clock.today():
            raise Invalid("A figure cannot be entered before it is published.", "published_on")
        if not 0 <= typed.weight <= 100:
            raise Invalid("A share of the cost model is from 0 to 100.", "weight")
        if typed.weight and typed.part is None:
            raise Invalid("Say which part of the costs moves with it.", "part")
        entered = RoundIndex(
            round_id=opened.id, hub_id=opened.hub_id, name=typed.name.strip(), percent=typed.percent, weight=typed.weight, part=typed.part,
            source=typed.source.strip(), published_on=typed.published_on, entered_by_id=by.person_id, entered_by_name=by.name,
        )  # fmt: skip
        db.session.add(entered)
        record(Act.ENTER_INDEX, opened, by=by, after={"index": entered.name, "percent": typed.percent})
    return entered


def close_round(opened: UpliftRound, *, by: Actor) -> UpliftRound:
    """The hub closes the round once every request is settled. From then on nobody asks in it and no fee changes by it."""
    with transaction():
        authorise(by, Act.CLOSE_UPLIFT_ROUND, opened)
        require(hold(opened), Act.CLOSE_UPLIFT_ROUND)
        unsettled = db.session.scalar(
            select(func.count(UpliftRequest.id)).where(
                UpliftRequest.round_id == opened.id, UpliftRequest.state.in_(OPEN_STATES)
            )
        )
        if unsettled:
            raise Invalid(f"Settle every request first: {unsettled} of them still open.")
        opened.closed_at = clock.now()
        move(opened, Act.CLOSE_UPLIFT_ROUND)
        record(Act.CLOSE_UPLIFT_ROUND, opened, by=by)
        tell_round_closed(opened)
    return opened


def _require_somebody_else(opened: UpliftRound, leaving: UpliftParticipant) -> None:
    part = UpliftParticipant
    others = select(func.count(part.id)).where(part.round_id == opened.id, part.joins, part.id != leaving.id)
    if not db.session.scalar(others):
        raise Invalid(
            "It is the last borough that takes part. Close the round if there is nobody to negotiate for.", "joins"
        )


def _check(terms: RoundTerms) -> None:
    require_open_year(terms.effective_on)
    if terms.closes_on < terms.opens_on:
        raise Invalid("The window must close after it opens.", "closes_on")
    if terms.lot is not None and terms.lot.framework_id != terms.framework.id:
        raise Invalid("That lot belongs to another framework.", "lot")
    if (terms.rule is RuleKind.OPEN) != (terms.cap is None):
        raise Invalid("Enter a percentage, or choose an open rule.", "cap")
    if (terms.rule is RuleKind.LOWER_OF) != bool(terms.index_name):
        raise Invalid("Name the index that the cap is compared with, for this rule only.", "index_name")
    if terms.review_above is not None and terms.rule is not RuleKind.LOWER_OF:
        raise Invalid("A review goes with an index.", "review_above")
    if not 1 <= terms.appeal_days <= 60:
        raise Invalid("Give from 1 to 60 working days.", "appeal_days")


def _boroughs_of(framework: Framework) -> list[Organisation]:
    today = clock.today()
    part = FrameworkParticipant
    found = db.session.scalars(
        select(Organisation)
        .join(part, part.authority_id == Organisation.id)
        .where(part.framework_id == framework.id, part.joined_on <= today)
        .where((part.left_on.is_(None)) | (part.left_on > today))
        .order_by(Organisation.name)
    ).all()
    if not found:
        raise Invalid("No borough buys from this framework, so there is nobody to negotiate for.", "covers")
    return list(dict.fromkeys(found))


def _round_of(terms: RoundTerms, by: Actor) -> UpliftRound:
    return UpliftRound(
        reference=new_reference("UPR"), hub_id=terms.framework.hub_id, framework_id=terms.framework.id,
        lot_id=terms.lot.id if terms.lot else None, opens_on=terms.opens_on, closes_on=terms.closes_on,
        effective_on=terms.effective_on, rule=terms.rule, cap=terms.cap, index_name=terms.index_name or None,
        review_above=terms.review_above, evidence_asked=terms.evidence_asked.strip(), negotiator=terms.negotiator.strip(),
        appeal_days=terms.appeal_days, opened_by_id=by.person_id, framework=terms.framework, lot=terms.lot,
    )  # fmt: skip
