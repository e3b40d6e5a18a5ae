"""What the pages ask about rounds and requests."""

import uuid
from collections.abc import Sequence

from sqlalchemy import Select, select, true
from sqlalchemy.orm import joinedload, lazyload

from contracts.agreement import Agreement
from contracts.uplift.covering import LIVE
from contracts.uplift.request import CounterOffer, UpliftComment, UpliftRequest
from contracts.uplift.round import RoundIndex, RoundState, UpliftParticipant, UpliftRound
from contracts.uplift.rule import Index, Ruling, rule_on
from foundation.database import db
from foundation.files import StoredFile
from foundation.permission import NotFound, NotPermitted
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.framework import Framework, Lot
from marketplace.organisation import Organisation
from marketplace.policy import refusal_of
from marketplace.setting import Setting


def rounds() -> Sequence[UpliftRound]:
    """Every round, the latest first."""
    return db.session.scalars(_rounds().order_by(UpliftRound.opened_at.desc())).all()


def round_called(reference: str) -> UpliftRound:
    """The round of that reference."""
    found = db.session.scalar(_rounds().where(UpliftRound.reference == reference))
    if found is None:
        raise NotFound
    return found


def round_for(reference: str, actor: Actor, act: Act) -> UpliftRound:
    """The round on which the actor is about to act: refused on opening the page as the act itself would be."""
    found = round_called(reference)
    refusal = refusal_of(actor, act, found)
    if refusal is not None:
        raise NotPermitted(act, actor, found, refusal)
    return found


def request_called(reference: str) -> UpliftRequest:
    """The request of that reference, if the actor may see it."""
    found = db.session.scalar(_requests().where(UpliftRequest.reference == reference))
    if found is None:
        raise NotFound
    return found


def request_for(reference: str, actor: Actor, act: Act) -> UpliftRequest:
    """The request on which the actor is about to act."""
    found = request_called(reference)
    refusal = refusal_of(actor, act, found)
    if refusal is not None:
        raise NotPermitted(act, actor, found, refusal)
    return found


def requests_of(opened: UpliftRound) -> Sequence[UpliftRequest]:
    """The requests of a round that the actor may see, the first asked first."""
    statement = _requests().where(UpliftRequest.round_id == opened.id)
    return db.session.scalars(statement.order_by(UpliftRequest.asked_at, UpliftRequest.reference)).all()


def participants_of(opened: UpliftRound) -> Sequence[UpliftParticipant]:
    """The boroughs of a round by name."""
    of = select(UpliftParticipant).where(UpliftParticipant.round_id == opened.id).join(UpliftParticipant.authority)
    return db.session.scalars(of.order_by(Organisation.name)).all()


def indices_of(opened: UpliftRound) -> list[RoundIndex]:
    """The last entry of each index, by name."""
    of = select(RoundIndex).where(RoundIndex.round_id == opened.id).order_by(RoundIndex.entered_at)
    latest = {entry.name.casefold(): entry for entry in db.session.scalars(of)}
    return [latest[name] for name in sorted(latest)]


def ruling_of(opened: UpliftRound, indices: Sequence[RoundIndex]) -> Ruling:
    """What the rule of the round comes to with the indices entered so far."""
    wanted = (opened.index_name or "").casefold()
    named = next((plain_index(entry) for entry in indices if entry.name.casefold() == wanted), None)
    return rule_on(opened.rule, opened.cap, opened.review_above, named)


def counters_of(request: UpliftRequest) -> Sequence[CounterOffer]:
    """The counter-offers in their order."""
    of = select(CounterOffer).where(CounterOffer.request_id == request.id)
    return db.session.scalars(of.order_by(CounterOffer.number)).all()


def comments_on(request: UpliftRequest) -> list[tuple[UpliftComment, str]]:
    """The comments that the actor may read, each with its borough's name, the first said first."""
    of = (
        select(UpliftComment, Organisation)
        .join(Organisation, Organisation.id == UpliftComment.authority_id)
        .where(UpliftComment.request_id == request.id)
        .order_by(UpliftComment.said_at)
    )
    return [(comment, borough.short_name) for comment, borough in db.session.execute(of)]


def evidence_file(request: UpliftRequest) -> StoredFile:
    """The document that came with the request."""
    key = request.evidence_file_id
    kept = db.session.scalar(select(StoredFile).where(StoredFile.id == key)) if key else None
    if kept is None:
        raise NotFound
    return kept


def lots_to_open() -> Sequence[tuple[Framework, Lot | None]]:
    """What a round can be opened for: each framework with all its lots, and each of its lots."""
    lots = db.session.scalars(
        select(Lot).join(Framework).options(lazyload(Lot.criteria)).order_by(Framework.name, Lot.number)
    ).all()
    frameworks = {lot.framework_id: lot.framework for lot in lots}
    return [choice for framework in frameworks.values() for choice in _choices(framework, lots)]


def scopes_of(opened: UpliftRound) -> tuple[list[Setting], list[Agreement]]:
    """The signed-in provider's settings and live agreements under the round."""
    agreements = db.session.scalars(
        select(Agreement)
        .join(Lot, Lot.id == Agreement.lot_id)
        .options(lazyload("*"), joinedload(Agreement.setting))
        .where(Agreement.state.in_(LIVE), Lot.framework_id == opened.framework_id)
        .where(true() if opened.lot_id is None else Lot.id == opened.lot_id)
        .order_by(Agreement.reference)
    ).all()
    settings = {agreement.setting_id: agreement.setting for agreement in agreements}
    return sorted(settings.values(), key=lambda setting: setting.name), list(agreements)


def parts_of(request: UpliftRequest) -> Sequence[UpliftRequest]:
    """The requests into which the hub split it."""
    return db.session.scalars(_requests().where(UpliftRequest.part_of_id == request.id)).all()


def joins(opened: UpliftRound, organisation_id: uuid.UUID | None) -> bool:
    """Whether that borough takes part in the round."""
    part = UpliftParticipant
    of = select(part.joins).where(part.round_id == opened.id, part.authority_id == organisation_id)
    return bool(db.session.scalar(of))


def is_open(opened: UpliftRound) -> bool:
    """Whether anything may still change by it."""
    return opened.state is RoundState.OPEN


def _choices(framework: Framework, lots: Sequence[Lot]) -> list[tuple[Framework, Lot | None]]:
    of: list[tuple[Framework, Lot | None]] = [(framework, None)]
    return of + [(framework, lot) for lot in lots if lot.framework_id == framework.id]


def plain_index(entry: RoundIndex) -> Index:
    """The entry as the rule and the cost model reckon with it."""
    return Index(entry.name, entry.percent, entry.weight)


def _rounds() -> Select[UpliftRound]:
    return select(UpliftRound).options(joinedload(UpliftRound.lot).options(lazyload(Lot.criteria)))


def _requests() -> Select[UpliftRequest]:
    return select(UpliftRequest).options(
        joinedload(UpliftRequest.round).joinedload(UpliftRound.lot).options(lazyload(Lot.criteria))
    )
