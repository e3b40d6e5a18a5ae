"""Makers of awards and agreements. The award is laid down as rows; from there on everything goes through the real verbs."""

import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import inspect

from contracts.agreement import Agreement, AgreementState, Signature
from contracts.award import Award
from contracts.drawing_up import draw_up_agreement, issue_agreement
from contracts.placing import start_placement
from contracts.signing import sign_for_borough, sign_for_provider
from foundation import clock
from foundation.database import db
from foundation.files import StoredFile
from foundation.references import new_reference
from foundation.tenancy import Fence
from marketplace.actor import Actor
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.roles import Role
from marketplace.setting import Setting
from referrals.child import Child, Identity
from referrals.offer import Offer, OfferFeeLine, OfferState
from referrals.referral import Invitation, PublishedProfile, Referral, ReferralState
from tests.makers.standing import a_borough, a_hub, a_lot, a_person, a_provider, a_setting, acting, behind

CORE: dict[str, Any] = {"kind": "core", "label": "Accommodation and care", "amount": Decimal(4200), "unit": "week"}
OUTCOMES = [
    {"domain": "Learning", "outcome": "Goes to school every day it is open", "measure": "Attendance, at least 92%"},
    {"domain": "Health", "outcome": "Sees a dentist", "measure": "Checks done, of checks due"},
]
HOUR = timedelta(hours=1)


@dataclass
class Deal:
    """Both sides of one award, with the people who act for them."""

    hub: Organisation
    borough: Organisation
    provider: Organisation
    lot: Lot
    setting: Setting
    officer: Actor
    manager: Actor
    head: Actor
    award_id: uuid.UUID = field(default_factory=uuid.uuid4)
    referral_reference: str = ""

    @property
    def award(self) -> Award:
        """The award, as whoever acts now may read it."""
        return db.session.get_one(Award, self.award_id)


def a_deal(
    lot_key: str = "residential", *, fees: tuple[dict[str, Any], ...] = (CORE,), name: str = "Testham", **facts: Any
) -> Deal:
    """A referral that was awarded to an offer. `fees`: its fee lines; `starts_on`, `weeks`, `outcomes`: facts of the offer.

    `hub`, `borough`, `provider`, `lot` and `setting` may be those of another deal.
    """
    hub = facts.pop("hub", None) or a_hub()
    borough = facts.pop("borough", None) or a_borough(hub, f"London Borough of {name}")
    provider = facts.pop("provider", None) or a_provider(f"Oakfield {name} Ltd")
    lot = facts.pop("lot", None) or a_lot(hub, lot_key, boroughs=(borough,))
    deal = Deal(
        hub=hub, borough=borough, provider=provider, lot=lot, setting=facts.pop("setting", None) or a_setting(provider, lot),
        officer=a_person(borough, Role.PLACEMENT_OFFICER, name="Olu Officer"),
        manager=a_person(borough, Role.PLACEMENT_MANAGER, name="Mary Manager"),
        head=a_person(provider, Role.PROVIDER_MANAGER, name="Bea  Head"),
    )  # fmt: skip
    _lay_down(deal, fees, facts)
    return deal


def _lay_down(deal: Deal, fees: tuple[dict[str, Any], ...], facts: dict[str, Any]) -> None:
    starts_on = facts.get("starts_on", clock.today())
    of_borough = Fence(deal.borough.id, None, "authority", sees_identity=True)
    offer_id, referral_id = uuid.uuid4(), uuid.uuid4()
    with behind(of_borough):
        deal.referral_reference = _publish(deal, referral_id, facts.get("weeks", 52))
    with behind(Fence(deal.provider.id, None, "provider")):
        _offer(deal, offer_id, referral_id, starts_on, facts.get("outcomes", OUTCOMES))
        db.session.flush()
        for position, fee in enumerate(fees, start=1):
            db.session.add(
                OfferFeeLine(
                    offer_id=offer_id, provider_id=deal.provider.id, authority_id=deal.borough.id, referral_id=referral_id,
                    position=position, **({"starts_on": starts_on} | fee),
                )
            )  # fmt: skip
    with behind(of_borough):
        _decide(deal, offer_id, referral_id)


def _publish(deal: Deal, referral_id: uuid.UUID, weeks: int | None) -> str:
    child = Child(id=uuid.uuid4(), authority_id=deal.borough.id, reference=new_reference("CH"))
    referral = Referral(
        id=referral_id, reference=new_reference(deal.borough.prefix), authority_id=deal.borough.id, child_id=child.id,
        lot_id=deal.lot.id, form_key=deal.lot.form_key, form_version=1, state=ReferralState.PUBLISHED, expected_weeks=weeks,
        published_at=clock.now() - HOUR, deadline=clock.now() + HOUR, officer_id=deal.officer.person_id,
    )  # fmt: skip
    db.session.add_all([child, referral])
    db.session.flush()
    identity = Identity(
        child_id=child.id, authority_id=deal.borough.id, first_name="Zephyrine", family_name="Quillfeather",
        date_of_birth=date(2012, 2, 29), sex="F", case_number=f"C-{child.reference}",
    )  # fmt: skip
    profile = PublishedProfile(referral_id=referral_id, authority_id=deal.borough.id, age=14, sex="F", sections=[])
    invitation = Invitation(
        referral_id=referral_id, authority_id=deal.borough.id, provider_id=deal.provider.id, wave=1, settings=[],
        released_at=clock.now() - HOUR, **({"fit": Decimal(80)} if hasattr(Invitation, "fit") else {}),
    )  # fmt: skip
    db.session.add_all([identity, profile, invitation])
    return referral.reference


def _offer(
    deal: Deal, offer_id: uuid.UUID, referral_id: uuid.UUID, starts_on: date, outcomes: list[dict[str, str]]
) -> None:
    db.session.add(
        Offer(
            id=offer_id, reference=new_reference("OFF"), referral_id=referral_id, authority_id=deal.borough.id,
            provider_id=deal.provider.id, setting_id=deal.setting.id, starts_on=starts_on, valid_until=starts_on + timedelta(90),
            approach="A room of her own.", outcomes=outcomes, submitted_at=clock.now(), receipt_hash="0" * 64,
        )
    )  # fmt: skip


def _decide(deal: Deal, offer_id: uuid.UUID, referral_id: uuid.UUID) -> None:
    referral = db.session.get_one(Referral, referral_id)
    referral.deadline, referral.opened_at = clock.now() - HOUR, clock.now()
    referral.quality_locked_at = clock.now()
    db.session.flush()
    offer = db.session.get_one(Offer, offer_id)
    offer.state, referral.state, referral.awarded_offer_id = OfferState.AWARDED, ReferralState.AWARDED, offer_id
    assert deal.manager.person_id is not None
    db.session.add(
        Award(
            id=deal.award_id, referral_id=referral_id, offer_id=offer_id, provider_id=deal.provider.id,
            authority_id=deal.borough.id, rationale="The best match.", first_ranked=True, weekly_cost=Decimal(4200),
            awarded_by_id=deal.manager.person_id, awarded_by_name=deal.manager.name,
        )
    )  # fmt: skip


def a_draft(deal: Deal) -> Agreement:
    """The agreement drawn up; the officer acts."""
    acting(deal.officer)
    return draw_up_agreement(deal.award, by=deal.officer)


def issued(deal: Deal) -> Agreement:
    """The agreement issued; the provider's manager acts, who signs next."""
    agreement = issue_agreement(a_draft(deal), by=deal.officer)
    return as_read_by(deal.head, agreement)


def signed_by_provider(deal: Deal) -> Agreement:
    """The agreement signed by the provider; the placement manager acts, who signs next."""
    agreement = issued(deal)
    sign_for_provider(agreement, deal.head.name, by=deal.head)
    return as_read_by(deal.manager, agreement)


def signed(deal: Deal) -> Agreement:
    """The agreement signed by both; the officer acts, who starts the placement."""
    agreement = signed_by_provider(deal)
    sign_for_borough(agreement, deal.manager.name, by=deal.manager)
    return as_read_by(deal.officer, agreement)


def a_placement(deal: Deal) -> Agreement:
    """The placement started on its agreed day; the officer acts. Its paper is a stand-in: `signed` lays a real one out, and takes long."""
    agreement = _signed_on_a_stand_in(a_draft(deal), deal)
    return start_placement(agreement, agreement.starts_on, by=deal.officer)


def _signed_on_a_stand_in(agreement: Agreement, deal: Deal) -> Agreement:
    """The agreement laid down as issued and signed by both; the officer acts."""
    paper = StoredFile.of(
        agreement.reference.encode(), name=f"{agreement.reference}.pdf", media_type="application/pdf", confidential=True,
        organisation_id=agreement.authority_id, shared_with_id=agreement.provider_id, stored_by_id=deal.officer.person_id,
    )  # fmt: skip
    db.session.add(paper)
    db.session.flush()
    sha256 = paper.sha256
    agreement.issued_file_id = agreement.issued_text_id = agreement.signed_file_id = paper.id
    agreement.issued_at, agreement.state = clock.now(), AgreementState.SIGNED_BY_BOROUGH
    db.session.flush()
    for side, signer in (("provider", deal.head), ("borough", deal.manager)):
        agreement = as_read_by(signer, agreement)
        db.session.add(
            Signature(
                agreement_id=agreement.id, authority_id=agreement.authority_id, provider_id=agreement.provider_id, side=side,
                person_id=signer.person_id, typed_name=signer.name, role="Manager", document_sha256=sha256,
            )
        )  # fmt: skip
        db.session.flush()
    return as_read_by(deal.officer, agreement)


def as_read_by(actor: Actor, agreement: Agreement) -> Agreement:
    """From here on the actor acts, and reads the agreement anew."""
    (key,) = inspect(agreement).identity
    acting(actor)
    return db.session.get_one(Agreement, key)
