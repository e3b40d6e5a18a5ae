"""Proposing a spot purchase: the search, the register's word and the peers' fees are attached by the system, not described by anybody."""

import uuid

from sqlalchemy import select

from contracts.spot.checking import check_place, check_referral, check_terms
from contracts.spot.notices import tell_proposed
from contracts.spot.peers import Peers, foremost, peers_for, prices_of_peers
from contracts.spot.places import write_down
from contracts.spot.purchase import SpotFeeLine, SpotPurchase
from contracts.spot.register_check import RegisterCheck, check_setting
from contracts.spot.searched import search_of
from contracts.spot.terms import SpotTerms, UnknownPlace, totals
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.permission import NotFound
from foundation.references import new_reference
from foundation.states import hold
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import authorise
from marketplace.setting import Setting
from referrals.child import Child, Identity
from referrals.profiling import form_of, wanted
from referrals.referral import Referral, ReferralAnswers


def propose_spot_purchase(
    referral: Referral, place: Setting | UnknownPlace, terms: SpotTerms, *, by: Actor
) -> SpotPurchase:
    """An officer proposes to buy a place outside the framework; somebody else decides. Nothing is bought yet."""
    prices = prices_of_peers({referral.lot_id}, clock.today(), by)
    with transaction():
        authorise(by, Act.PROPOSE_SPOT_PURCHASE, referral)
        hold(referral, share=True)
        search, identity = search_of(referral), _identity_of(referral)
        check_referral(referral, terms, search)
        check_terms(terms, referral)
        setting = write_down(place, by) if isinstance(place, UnknownPlace) else place
        age, need = identity.age_on(terms.starts_on), _need_of(referral, identity)
        found = check_setting(setting, referral.lot, age=age, sex=identity.sex)
        check_place(setting, found, terms, referral)
        peers = peers_for(referral.lot_id, referral.lot.name, age, need, prices)
        purchase = _purchase(referral, setting, terms, found, peers, by)
        purchase.search, purchase.need, purchase.age_at_start, purchase.sex = search, need, age, identity.sex
        db.session.add(purchase)
        db.session.flush()
        db.session.add_all(_fee_lines(purchase, terms))
        record(Act.PROPOSE_SPOT_PURCHASE, purchase, by=by, after=_told(purchase))
        tell_proposed(purchase, referral.authority, setting)
    return purchase


def _identity_of(referral: Referral) -> Identity:
    identity = db.session.scalar(select(Identity).where(Identity.child_id == referral.child_id))
    if identity is None:
        raise NotFound
    return identity


def _need_of(referral: Referral, identity: Identity) -> str | None:
    """The foremost need of the form as it is answered now: a purchase may begin from a draft."""
    answers = db.session.get_one(ReferralAnswers, referral.id).answers
    return foremost(wanted(referral, form_of(referral), answers, identity))


def _purchase(
    referral: Referral, setting: Setting, terms: SpotTerms, found: RegisterCheck, peers: Peers, by: Actor
) -> SpotPurchase:
    urgent, leaving = terms.emergency, terms.leaving if found.is_unregistered else None
    return SpotPurchase(
        id=uuid.uuid4(), reference=new_reference(referral.authority.prefix), authority_id=referral.authority_id,
        referral_id=referral.id, lot_id=referral.lot_id, provider_id=setting.provider_id, setting_id=setting.id,
        child_reference=db.session.get_one(Child, referral.child_id).reference, reason=terms.reason,
        explanation=terms.explanation.strip(), starts_on=terms.starts_on, expected_end_on=terms.expected_end_on,
        notice_days=terms.notice_days, weekly_cost=totals(terms).weekly, peer_median=peers.median, peer_count=peers.count,
        peer_basis=peers.basis, register_check=found.kept, unregistered=found.is_unregistered,
        emergency=urgent is not None, emergency_reason=urgent.reason.strip() if urgent else None,
        emergency_decided_by=urgent.decided_by.strip() if urgent else None,
        unregistered_reason=leaving.reason.strip() if leaving else None,
        leaving_plan=leaving.plan.strip() if leaving else None, leave_by=leaving.leave_by if leaving else None,
        ofsted_told_on=leaving.ofsted_told_on if leaving else None, proposed_at=clock.now(), proposed_by_id=by.person_id,
        proposed_by_name=by.name, review_on=terms.review_on,
    )  # fmt: skip


def _fee_lines(purchase: SpotPurchase, terms: SpotTerms) -> list[SpotFeeLine]:
    return [
        SpotFeeLine(
            spot_purchase_id=purchase.id, authority_id=purchase.authority_id, position=position, kind=line.kind.value,
            label=line.label, amount=line.amount, quantity=line.quantity, unit=line.unit.value,
            calendar=line.calendar.value, starts_on=line.starts, ends_on=line.ends, vat_rate=line.vat_rate,
            vat_recoverable=line.vat_recoverable,
        )
        for position, line in enumerate(terms.fee_lines, start=1)
    ]  # fmt: skip


def _told(purchase: SpotPurchase) -> dict[str, object]:
    return {
        "reason": purchase.reason, "weekly": purchase.weekly_cost, "emergency": purchase.emergency,
        "unregistered": purchase.unregistered, "starts_on": purchase.starts_on,
    }  # fmt: skip
