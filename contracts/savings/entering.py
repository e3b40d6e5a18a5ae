"""Entering a saving by hand: what was saved, in which years, how it is known, and what it stands on."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, or_, select

from contracts.agreement import Agreement, AgreementFeeLine
from contracts.savings.claiming import project_of
from contracts.savings.nameless import require_nameless
from contracts.savings.notices import tell_entered
from contracts.savings.saving import Benefit, Ground, Layer, Rating, Saving, Source, amounts_of
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.files import StoredFile
from foundation.permission import Invalid
from foundation.quarters import FinancialYear
from foundation.references import new_reference
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.fee_line import FeeKind
from marketplace.organisation import Organisation, PartnershipMember
from marketplace.policy import authorise
from marketplace.roles import Kind
from marketplace.uploads import TAKEN, Upload, media_type_of

#: of documents, and of the sheets and pasted tables that a plan comes in
ENDINGS = (*TAKEN, "xlsx", "csv", "txt")


@dataclass(frozen=True, slots=True)
class TypedSaving:
    """What somebody typed of a saving. `agreement` is a reference; without one it is a project of the borough's own."""

    authority: Organisation
    project: str
    benefit: Benefit
    is_recurring: bool
    rating: Rating
    title: str
    evidence: str
    years: Mapping[FinancialYear, Decimal]
    layer: Layer = Layer.UNDERTAKING
    agreement: str = ""
    document: Upload | None = None


def enter_saving(typed: TypedSaving, *, by: Actor) -> Saving:
    """A commissioner, finance officer or hub analyst enters a saving of a borough. It counts once a finance officer there approved it."""
    with transaction():
        authorise(by, Act.ENTER_SAVING)
        require_own(typed.authority, by)
        require_nameless(title=typed.title, evidence=typed.evidence)
        agreement = _agreement_of(typed)
        saving = _entry_of(typed, by)
        db.session.add(saving)
        db.session.flush()
        for ground in _grounds_of(typed, agreement, saving):
            stand_on(ground)
        years = {year.start_year: amount for year, amount in typed.years.items()}
        db.session.add_all(amounts_of(years, saving))
        record(
            Act.ENTER_SAVING,
            saving,
            by=by,
            about=saving.authority_id,
            after={"total": sum(years.values()), "title": saving.title},
        )
        tell_entered(saving)
    return saving


def stand_on(ground: Ground) -> None:
    """A step: put the ground under its entry, or refuse, naming the entry that stands there already. The database has the last word."""
    subject = func.coalesce(Ground.fee_line_id, Ground.agreement_id)
    own = ground.fee_line_id or ground.agreement_id
    same = Ground.undertaking == ground.undertaking if own is None else subject == own
    standing = db.session.scalar(
        select(Saving)
        .join(Ground, Ground.saving_id == Saving.id)
        .where(
            Ground.live, Ground.authority_id == ground.authority_id, Ground.layer == ground.layer, same,
            func.daterange(Ground.starts_on, Ground.ends_on).op("&&")(func.daterange(ground.starts_on, ground.ends_on)),
        )
        .limit(1)
    )  # fmt: skip
    if standing is not None:
        raise Invalid(
            f"Entry {standing.reference} ({standing.title}) claims this already for some of these days. A pound is counted once: choose"
            " another step of the price or other years, or have that entry refused or reversed first.",
            "title" if own is None else "agreement",
        )  # fmt: skip
    db.session.add(ground)
    db.session.flush()


def undertaking_key(name: str) -> str:
    """A project's name as it is compared: without case, and with single spaces."""
    return " ".join(name.casefold().split())


def keep_document(document: Upload, authority: Organisation, by: Actor, media_type: str = "") -> uuid.UUID:
    """The file is the organisation's whose person sent it, shared between borough and hub. Its name is ours: a typed one may name a
    child, and the hub reads it."""
    assert by.organisation_id is not None
    other = _hub_of(authority) if by.kind is Kind.AUTHORITY else authority.id
    ending = next((kind for kind in ENDINGS if document.name.lower().endswith(f".{kind}")), "")
    kept = StoredFile.of(
        document.content, name=f"savings-document.{ending}".rstrip("."), media_type=media_type or media_type_of(document, "document"),
        organisation_id=by.organisation_id, shared_with_id=other, stored_by_id=by.person_id,
    )  # fmt: skip
    db.session.add(kept)
    db.session.flush()
    return kept.id


def require_own(authority: Organisation, by: Actor) -> None:
    """A borough enters its own savings; the hub those of its partnership."""
    if by.kind is Kind.AUTHORITY and authority.id != by.organisation_id:
        raise Invalid("Enter savings of your own borough.", "authority")
    if by.kind is Kind.HUB and _hub_of(authority) != by.organisation_id:
        raise Invalid("Choose a borough of the partnership.", "authority")


def _hub_of(authority: Organisation) -> uuid.UUID | None:
    of = select(PartnershipMember.hub_id).where(PartnershipMember.authority_id == authority.id)
    return db.session.scalar(of.order_by(PartnershipMember.joined_on.desc()).limit(1))


def _entry_of(typed: TypedSaving, by: Actor) -> Saving:
    if not any(typed.years.values()):
        raise Invalid("Enter an amount for at least one financial year.", "years")
    return Saving(
        id=uuid.uuid4(), reference=new_reference(typed.authority.prefix), authority_id=typed.authority.id, project=typed.project,
        source=Source.MANUAL, benefit=typed.benefit, is_recurring=typed.is_recurring, rating=typed.rating, title=typed.title.strip(),
        evidence=typed.evidence.strip(), evidence_file_id=keep_document(typed.document, typed.authority, by) if typed.document else None,
        entered_at=clock.now(), entered_by_id=by.person_id, entered_by_name=by.name,
    )  # fmt: skip


def _agreement_of(typed: TypedSaving) -> Agreement | None:
    if typed.layer is Layer.UNDERTAKING:
        return None
    of = select(Agreement).where(Agreement.reference == typed.agreement, Agreement.authority_id == typed.authority.id)
    agreement = db.session.scalar(of)
    if agreement is None:
        raise Invalid(f"{typed.authority.short_name} has no agreement {typed.agreement}.", "agreement")
    if project_of(agreement) != typed.project:
        raise Invalid(
            f"Agreement {agreement.reference} is bought under {project_of(agreement)}. Choose that project.", "project"
        )
    return agreement


def _grounds_of(typed: TypedSaving, agreement: Agreement | None, saving: Saving) -> list[Ground]:
    """One for each year, and for each fee where the step of the price is a fee's."""
    years = [year for year, amount in typed.years.items() if amount]
    if agreement is None:
        return [_ground(saving, typed.layer, year, undertaking=undertaking_key(typed.title)) for year in years]
    if typed.layer is Layer.PLACING:
        return [_ground(saving, typed.layer, year, agreement_id=agreement.id) for year in years]
    grounds = [
        _ground(saving, typed.layer, year, agreement_id=agreement.id, fee_line_id=line)
        for year in years for line in _fees_paid(agreement, typed.layer, year.first_day, year.day_after)
    ]  # fmt: skip
    if not grounds:
        kind = "discount" if typed.layer is Layer.DISCOUNT else "fee"
        raise Invalid(f"Agreement {agreement.reference} has no {kind} in these years.", "agreement")
    return grounds


def _ground(saving: Saving, layer: Layer, year: FinancialYear, **subject: object) -> Ground:
    return Ground(
        saving_id=saving.id, authority_id=saving.authority_id, layer=layer, starts_on=year.first_day, ends_on=year.day_after, **subject
    )  # fmt: skip


def _fees_paid(agreement: Agreement, layer: Layer, starts_on: date, ends_on: date) -> list[uuid.UUID]:
    line = AgreementFeeLine
    of_kind = line.kind == FeeKind.DISCOUNT if layer is Layer.DISCOUNT else line.kind != FeeKind.DISCOUNT
    paid = select(line.id).where(
        line.agreement_id == agreement.id, of_kind, line.starts_on < ends_on,
        or_(line.ends_on.is_(None), (line.ends_on > starts_on) & (line.ends_on > line.starts_on)),
    )  # fmt: skip
    return list(db.session.scalars(paid.order_by(line.position)))
