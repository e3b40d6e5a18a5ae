"""From an approved purchase to an agreement: drawn up outside the framework's terms, signed on paper where the provider has no accounts."""

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from sqlalchemy import select

from contracts.agreement import Agreement, AgreementFeeLine, Signature
from contracts.drawing_up import FIRST_REVIEW, PAID_BY
from contracts.fee_changes import columns_of
from contracts.notices import tell_signed_by_provider
from contracts.one_place import require_no_other
from contracts.signing import require_turn
from contracts.spot.deciding import agreement_of, hold_at
from contracts.spot.purchase import SpotFeeLine, SpotPurchase
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.files import StoredFile
from foundation.permission import Invalid, NotNow
from foundation.references import new_reference
from foundation.states import hold, move, require
from foundation.submitting import say
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import authorise
from marketplace.uploads import Upload, media_type_of
from referrals.referral import Referral

say("uq_agreements_one_per_spot_purchase", "An agreement has been drawn up from this purchase already.")


@dataclass(frozen=True, kw_only=True)
class SignedPaper:
    """What a provider without accounts sent back: the paper, who signed it in which position, and on which day."""

    upload: Upload
    signer: str
    position: str
    signed_on: date


def draw_up_spot_agreement(purchase: SpotPurchase, *, version: int | None = None, by: Actor) -> Agreement:
    """An officer has the agreement drawn up from the approved purchase; it is the borough's own draft until it is issued."""
    with transaction():
        authorise(by, Act.DRAW_UP_SPOT_AGREEMENT, purchase)
        require(hold_at(purchase, version), Act.DRAW_UP_SPOT_AGREEMENT)
        if drawn_up := agreement_of(purchase):
            raise NotNow(f"Agreement {drawn_up.reference} has been drawn up from this purchase already.")
        hold(db.session.get_one(Referral, purchase.referral_id))
        require_no_other(purchase.referral_id)
        agreement = _drafted(purchase, by)
        db.session.add(agreement)
        db.session.flush()
        db.session.add_all(_fee_lines(purchase, agreement))
        record(Act.DRAW_UP_SPOT_AGREEMENT, purchase, by=by, after={"agreement": agreement.reference})
        record(Act.DRAW_UP_AGREEMENT, agreement, by=by, after={"spot_purchase": purchase.reference})
    return agreement


def record_signed_paper(
    agreement: Agreement, paper: SignedPaper, *, version: int | None = None, by: Actor
) -> Signature:
    """An officer keeps the paper that a provider without accounts has signed, and says who signed it when; the borough signs next."""
    with transaction():
        authorise(by, Act.RECORD_SIGNED_PAPER, agreement)
        hold(agreement)
        _require_no_accounts(agreement)
        require_turn(agreement, Act.RECORD_SIGNED_PAPER, version)
        _check(agreement, paper)
        kept = _keep(agreement, paper.upload, by)
        signature = _signature(agreement, paper, kept, by)
        move(agreement, Act.RECORD_SIGNED_PAPER)
        record(
            Act.RECORD_SIGNED_PAPER, agreement, by=by, about=agreement.provider_id,
            after={"signer": signature.typed_name, "signed_on": paper.signed_on, "paper_sha256": kept.sha256},
        )  # fmt: skip
        tell_signed_by_provider(agreement)
    return signature


def signs_on_paper(agreement: Agreement) -> bool:
    """Whether the provider of a place bought outside the framework has nobody who could sign here."""
    return agreement.bought_by == "spot" and agreement.provider.claimed_at is None


def _require_no_accounts(agreement: Agreement) -> None:
    if agreement.bought_by != "spot":
        raise NotNow("A provider of the framework signs here itself.")
    if not signs_on_paper(agreement):
        raise NotNow(f"{agreement.provider.name} has accounts here, so it signs the agreement itself.")


def _check(agreement: Agreement, paper: SignedPaper) -> None:
    if not paper.signer.strip():
        raise Invalid("Name who signed the paper.", "signer")
    if not paper.position.strip():
        raise Invalid("Say what position the signer holds.", "position")
    issued = agreement.issued_at
    assert issued is not None, "the database keeps the instant of every issued agreement"
    first = issued.astimezone(clock.LONDON).date()
    if not first <= paper.signed_on <= clock.today():
        raise Invalid(
            f"The paper was issued on {first:%-d %B %Y}. Enter that day or a later one, up to today.", "signed_on"
        )


def _keep(agreement: Agreement, upload: Upload, by: Actor) -> StoredFile:
    """The borough's own: the paper names the child. Its name is ours, since a typed one may name the child too."""
    media_type = media_type_of(upload, "paper")
    ending = upload.name.rsplit(".", 1)[-1].lower()
    kept = StoredFile.of(
        upload.content, name=f"{agreement.reference}-signed-by-provider.{ending}", media_type=media_type,
        organisation_id=agreement.authority_id, stored_by_id=by.person_id, confidential=True,
    )  # fmt: skip
    db.session.add(kept)
    db.session.flush()
    return kept


def _signature(agreement: Agreement, paper: SignedPaper, kept: StoredFile, by: Actor) -> Signature:
    issued = db.session.scalars(select(StoredFile.sha256).where(StoredFile.id == agreement.issued_file_id)).one()
    signature = Signature(
        agreement_id=agreement.id, authority_id=agreement.authority_id, provider_id=agreement.provider_id, side="provider",
        person_id=by.person_id, typed_name=" ".join(paper.signer.split()), role=" ".join(paper.position.split()),
        signed_at=datetime.combine(paper.signed_on, time(12), clock.LONDON), document_sha256=issued, paper_file_id=kept.id,
        recorded_by_name=by.name,
    )  # fmt: skip
    db.session.add(signature)
    db.session.flush()
    return signature


def _drafted(purchase: SpotPurchase, by: Actor) -> Agreement:
    referral = db.session.get_one(Referral, purchase.referral_id)
    kind = purchase.lot.agreement_kind
    return Agreement(
        id=uuid.uuid4(), reference=new_reference(purchase.authority.prefix), kind=kind, bought_by="spot",
        spot_purchase_id=purchase.id, referral_id=referral.id, authority_id=purchase.authority_id,
        provider_id=purchase.provider_id, child_id=referral.child_id, child_reference=purchase.child_reference,
        setting_id=purchase.setting_id, lot_id=purchase.lot_id, notice_days=purchase.notice_days,
        age_at_start=purchase.age_at_start, sex=purchase.sex, starts_on=purchase.starts_on,
        expected_end_on=purchase.expected_end_on, review_on=purchase.starts_on + FIRST_REVIEW[kind],
        drawn_up_by_id=by.person_id,
    )  # fmt: skip


def _fee_lines(purchase: SpotPurchase, agreement: Agreement) -> list[AgreementFeeLine]:
    proposed = db.session.scalars(
        select(SpotFeeLine).where(SpotFeeLine.spot_purchase_id == purchase.id).order_by(SpotFeeLine.position)
    )
    return [
        AgreementFeeLine(
            agreement_id=agreement.id, authority_id=agreement.authority_id, provider_id=agreement.provider_id,
            position=line.position, **columns_of(replace(line.reckoned, shares=PAID_BY[agreement.kind])),
        )
        for line in proposed
    ]  # fmt: skip
