"""Drafting a block contract: the borough's own paper until it issues it."""

import uuid
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Row, select

from contracts.block.block_contract import BlockContract, BlockKind
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.permission import Invalid
from foundation.references import new_reference
from foundation.states import hold, require, require_version
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.admission import Admission, AdmissionSetting, AdmissionState
from marketplace.fee_line import Unit
from marketplace.framework import Framework, FrameworkParticipant, Lot
from marketplace.organisation import Organisation
from marketplace.policy import authorise
from marketplace.setting import Setting


@dataclass(frozen=True, kw_only=True)
class BlockTerms:
    """What is bought. `place` is an admission's reference and a setting's, as the form offers them."""

    kind: BlockKind
    title: str
    purpose: str
    place: str
    places: int
    price: Decimal
    unit: Unit
    price_above: Decimal | None = None
    most_places: int | None = None
    starts_on: date
    ends_on: date
    review_on: date
    evaluation_on: date | None = None


def draft_block(terms: BlockTerms, *, by: Actor) -> BlockContract:
    """A commissioner or placement manager drafts a contract with a setting that is admitted to one of the borough's lots."""
    with transaction():
        authorise(by, Act.DRAFT_BLOCK)
        assert by.organisation_id is not None
        prefix = db.session.get_one(Organisation, by.organisation_id).prefix
        contract = BlockContract(
            id=uuid.uuid4(), reference=new_reference(prefix), authority_id=by.organisation_id, drafted_by_id=by.person_id,
            drafted_at=clock.now(),
        )  # fmt: skip
        _write(contract, terms)
        db.session.add(contract)
        db.session.flush()
        record(Act.DRAFT_BLOCK, contract, by=by, after={"kind": terms.kind, "places": terms.places})
    return contract


def change_block(contract: BlockContract, terms: BlockTerms, *, version: int | None = None, by: Actor) -> BlockContract:
    """Whoever drafts may change the draft; nobody outside the borough has seen it."""
    with transaction():
        authorise(by, Act.CHANGE_BLOCK, contract)
        require(hold(contract), Act.CHANGE_BLOCK)
        if version is not None:
            require_version(contract, version)
        before = {"places": contract.places, "price": contract.price}
        _write(contract, terms)
        record(Act.CHANGE_BLOCK, contract, by=by, before=before, after={"places": terms.places, "price": terms.price})
    return contract


def places_to_buy() -> list[Row[tuple[str, uuid.UUID, uuid.UUID, str, uuid.UUID, str, str]]]:
    """The settings admitted to lots of frameworks in which the borough takes part, by lot, provider and setting."""
    value = (Admission.reference + "/" + Setting.reference).label("value")
    return list(
        db.session.execute(
            select(
                value, Admission.lot_id, Setting.provider_id, Organisation.name.label("provider"),
                Setting.id.label("setting_id"), Setting.name.label("setting"), Lot.name.label("lot"),
            )
            .select_from(Admission)
            .join(AdmissionSetting, AdmissionSetting.admission_id == Admission.id)
            .join(Setting, Setting.id == AdmissionSetting.setting_id)
            .join(Organisation, Organisation.id == Admission.provider_id)
            .join(Lot, Lot.id == Admission.lot_id)
            .join(Framework, Framework.id == Lot.framework_id)
            .where(Admission.state == AdmissionState.ADMITTED)
            .order_by(Lot.number.desc(), Organisation.name, Setting.name)
        )
    )  # fmt: skip


def takes_part(lot_id: uuid.UUID, authority_id: uuid.UUID | None) -> bool:
    """Whether the borough takes part in the lot's framework now."""
    part = FrameworkParticipant
    asked = (
        select(part.id)
        .join(Lot, Lot.framework_id == part.framework_id)
        .where(Lot.id == lot_id, part.authority_id == authority_id, part.left_on.is_(None))
    )
    return db.session.scalar(select(asked.exists())) or False


def _write(contract: BlockContract, terms: BlockTerms) -> None:
    _check(terms)
    place = next((row for row in places_to_buy() if row.value == terms.place), None)
    if place is None or not takes_part(place.lot_id, contract.authority_id):
        raise Invalid("Choose a setting that is admitted to a lot of yours.", "place")
    contract.lot_id, contract.provider_id, contract.setting_id = place.lot_id, place.provider_id, place.setting_id
    for fact, value in asdict(terms).items():
        if fact != "place":
            setattr(contract, fact, value.strip() if isinstance(value, str) and fact in ("title", "purpose") else value)


def _check(terms: BlockTerms) -> None:
    of_volume, of_pilot = terms.kind is BlockKind.COST_AND_VOLUME, terms.kind is BlockKind.PILOT
    wrong = (
        (not terms.title.strip(), "Give the contract a name.", "title"),
        (not terms.purpose.strip(), "Say which gap in the market it closes.", "purpose"),
        (not 0 < terms.places < 1000, "Enter how many places are paid for, from 1 to 999.", "places"),
        (terms.price <= 0, "Enter the price of a place.", "price"),
        (of_volume and terms.price_above is None, "Enter the price of a place beyond the guaranteed ones.", "price_above"),
        (not of_volume and terms.price_above is not None, "Only cost and volume has a price beyond the places.", "price_above"),
        (not of_volume and terms.most_places is not None, "Only cost and volume has places beyond.", "most_places"),
        (
            terms.most_places is not None and terms.most_places <= terms.places,
            "Enter more places than are guaranteed, or leave it empty.", "most_places",
        ),
        (terms.ends_on <= terms.starts_on, "The end must come after the first day.", "ends_on"),
        (not terms.starts_on < terms.review_on <= terms.ends_on, "Review it after its first day and by its last.", "review_on"),
        (of_pilot and terms.evaluation_on is None, "Enter the day on which the pilot is judged.", "evaluation_on"),
        (not of_pilot and terms.evaluation_on is not None, "Only a pilot has a day of evaluation.", "evaluation_on"),
        (
            terms.evaluation_on is not None and not terms.starts_on < terms.evaluation_on <= terms.ends_on,
            "Judge the pilot after its first day and by its last.", "evaluation_on",
        ),
    )  # fmt: skip
    for is_wrong, sentence, field in wrong:
        if is_wrong:
            raise Invalid(sentence, field)
