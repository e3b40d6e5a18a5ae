"""Drawing up: the draft agreement from the awarded offer and the framework's terms; its issue; its cancelling."""

import uuid
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from contracts.agreement import Agreement, AgreementFeeLine, AgreementOutcome, AgreementState
from contracts.award import Award
from contracts.drafting import Outcome, notice_days, set_outcomes, terms_in_force
from contracts.fee_changes import columns_of
from contracts.notices import tell_issued
from contracts.one_place import require_no_other_to_begin
from contracts.papers import store_issued_paper
from contracts.sealing.sealed_paper import seal_of
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
from marketplace.payer_shares import EDUCATION_PAYS, SOCIAL_CARE_PAYS
from marketplace.policy import authorise
from referrals.child import Child, Identity
from referrals.offer import Offer, OfferFeeLine
from referrals.referral import Referral

say("uq_agreements_one_per_award", "An agreement has been drawn up from this award already.")

#: The first review: of a looked-after child's plan within 20 working days (Care Planning, Placement and Case Review (England)
#: Regulations 2010, regulation 33), of an education, health and care plan within 12 months (Children and Families Act 2014, section 44).
FIRST_REVIEW = {"individual_child_agreement": timedelta(weeks=4), "individual_placement_agreement": timedelta(weeks=52)}


#: Who pays unless the borough says otherwise: a home is social care's, a special school's place education's.
PAID_BY = {"individual_child_agreement": SOCIAL_CARE_PAYS, "individual_placement_agreement": EDUCATION_PAYS}


def draw_up_agreement(award: Award, *, by: Actor) -> Agreement:
    """An officer has the agreement drawn up from the awarded offer; it is the borough's own draft until it is issued."""
    with transaction():
        authorise(by, Act.DRAW_UP_AGREEMENT, award)
        hold(db.session.get_one(Referral, award.referral_id))
        _require_standing(hold(award))
        require_no_other_to_begin(award.referral_id)
        offer = db.session.get_one(Offer, award.offer_id)
        agreement = _drafted(award, offer, by)
        db.session.add(agreement)
        db.session.flush()
        db.session.add_all(_fee_lines(agreement))
        set_outcomes(agreement, tuple(Outcome(**proposed) for proposed in offer.outcomes))
        record(
            Act.DRAW_UP_AGREEMENT, agreement, by=by, after={"offer": offer.reference, "starts_on": agreement.starts_on}
        )
    return agreement


def issue_agreement(agreement: Agreement, *, by: Actor) -> Agreement:
    """An officer issues the agreement: its paper is made once, shared with the provider, and waits for the provider's signature."""
    with transaction():
        authorise(by, Act.ISSUE_AGREEMENT, agreement)
        require(hold(agreement), Act.ISSUE_AGREEMENT)
        _require_measured_outcomes(agreement)
        agreement.issued_at = clock.now()
        move(agreement, Act.ISSUE_AGREEMENT)
        paper = store_issued_paper(agreement, by)
        record(Act.ISSUE_AGREEMENT, agreement, by=by, about=agreement.provider_id, after={"sha256": paper.sha256})
        tell_issued(agreement)
    return agreement


def cancel_agreement_of(award: Award) -> Agreement | None:
    """A step of undoing an award, inside its transaction: cancel the agreement and close its papers to the provider.

    Raises `NotNow` once the placement has started. The letter is that of the undone award.
    """
    agreement = db.session.scalar(
        select(Agreement).where(Agreement.award_id == award.id, Agreement.state != AgreementState.CANCELLED)
    )
    if agreement is None:
        return None
    require(hold(agreement), Act.UNDO_AWARD)
    agreement.cancelled_at = clock.now()
    move(agreement, Act.UNDO_AWARD)
    close_papers(agreement)
    return agreement


def close_papers(agreement: Agreement) -> None:
    """A step of cancelling it: its papers name the child, the sealed one too, and the provider no longer reads them."""
    sealed = seal_of(agreement)
    kept = (
        agreement.issued_file_id,
        agreement.issued_text_id,
        agreement.signed_file_id,
        sealed.file_id if sealed else None,
    )
    for paper in db.session.scalars(select(StoredFile).where(StoredFile.id.in_([key for key in kept if key]))):
        paper.shared_with_id = None


def _require_standing(award: Award) -> None:
    if award.undone_at is not None:
        raise NotNow("This award was undone, so no agreement can be drawn up from it.")
    drawn_up = select(Agreement.reference).where(
        Agreement.award_id == award.id, Agreement.state != AgreementState.CANCELLED
    )
    if reference := db.session.scalar(drawn_up):
        raise NotNow(f"Agreement {reference} has been drawn up from this award already.")


def _drafted(award: Award, offer: Offer, by: Actor) -> Agreement:
    referral = db.session.get_one(Referral, award.referral_id)
    identity = db.session.get_one(Identity, referral.child_id)
    terms = terms_in_force(referral.lot, offer.starts_on)
    weeks = referral.expected_weeks
    return Agreement(
        id=uuid.uuid4(), reference=new_reference(referral.authority.prefix), kind=referral.lot.agreement_kind,
        award_id=award.id, referral_id=referral.id, authority_id=award.authority_id, provider_id=award.provider_id,
        child_id=referral.child_id, child_reference=db.session.get_one(Child, referral.child_id).reference,
        setting_id=offer.setting_id, lot_id=referral.lot_id, terms_version_id=terms.id, notice_days=notice_days(terms),
        age_at_start=identity.age_on(offer.starts_on), sex=identity.sex, starts_on=offer.starts_on,
        expected_end_on=offer.starts_on + timedelta(weeks=weeks) if weeks else None,
        review_on=offer.starts_on + FIRST_REVIEW[referral.lot.agreement_kind], drawn_up_by_id=by.person_id,
    )  # fmt: skip


def _fee_lines(agreement: Agreement) -> list[AgreementFeeLine]:
    offered = db.session.scalars(
        select(OfferFeeLine)
        .join(Award, Award.offer_id == OfferFeeLine.offer_id)
        .where(Award.id == agreement.award_id)
        .order_by(OfferFeeLine.position)
    )
    return [
        AgreementFeeLine(
            agreement_id=agreement.id, authority_id=agreement.authority_id, provider_id=agreement.provider_id,
            position=position, **columns_of(replace(line.reckoned, shares=PAID_BY[agreement.kind])),
        )
        for position, line in enumerate(offered, start=1)
    ]  # fmt: skip


def _require_measured_outcomes(agreement: Agreement) -> None:
    measures = db.session.scalars(
        select(AgreementOutcome.measure).where(AgreementOutcome.agreement_id == agreement.id)
    ).all()
    if not measures or not all(measures):
        raise Invalid("Give at least one outcome, and every outcome a measure, before you issue the agreement.")
