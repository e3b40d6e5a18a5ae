"""What stands before anybody acts: a borough, the hub, providers, their people, frameworks with their lots, settings."""

import itertools
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

from foundation import clock
from foundation.database import db
from foundation.references import new_reference
from foundation.tenancy import SYSTEM_FENCE, Fence, act_behind, present_fence
from marketplace.actor import Actor
from marketplace.admission import Admission, AdmissionSetting, AdmissionState
from marketplace.framework import (
    Criterion,
    Framework,
    FrameworkKind,
    FrameworkParticipant,
    FrameworkState,
    Lot,
    PriceFormula,
    Regime,
    TermsVersion,
)  # fmt: skip
from marketplace.organisation import Organisation, PartnershipMember
from marketplace.person import Membership, Person
from marketplace.roles import Kind, Role
from marketplace.setting import Accepts, Level, Setting, SettingKind, SettingNeed

_numbers = itertools.count(1)

#: the three lots of the main job
LOTS = {
    "residential": (
        "Residential",
        "looked-after children",
        "childrens_home",
        "individual_child_agreement",
        ["Tier 1", "Tier 2"],
    ),
    "fostering": (
        "Independent fostering",
        "looked-after children",
        "fostering_agency",
        "individual_child_agreement",
        [],
    ),
    "special_school": (
        "Independent special schools",
        "children with an EHC plan",
        "special_school",
        "individual_placement_agreement",
        [],
    ),
}


@contextmanager
def behind(fence: Fence) -> Iterator[None]:
    """Act for a moment as somebody else, and then as before; what was made stays readable, but apart from the session."""
    before = present_fence()
    act_behind(fence)
    yield
    db.session.flush()
    db.session.expunge_all()
    act_behind(before)


def acting(actor: Actor) -> Actor:
    """From here on the database cuts out its rows for this actor."""
    db.session.commit()
    db.session.expunge_all()
    act_behind(actor.fence)
    return actor


def an_organisation(kind: Kind, name: str, **facts: object) -> Organisation:
    """An organisation of that kind."""
    number = next(_numbers)
    prefix = "".join(letter for letter in name.upper() if letter.isalpha())[:3].ljust(3, "X")
    made = Organisation(
        id=uuid.uuid4(), kind=kind, name=name, prefix=prefix, reference=new_reference("ORG"),
        owner_key=f"{name.casefold()} {number}" if kind is Kind.PROVIDER else None,
        authority_code=f"T{number:05}" if kind is Kind.AUTHORITY else None, **facts,
    )  # fmt: skip
    with behind(SYSTEM_FENCE):
        db.session.add(made)
    return made


def a_person(organisation: Organisation, *roles: Role, name: str = "") -> Actor:
    """A person with these roles there, as the actor of verbs."""
    number = next(_numbers)
    person = Person(
        id=uuid.uuid4(),
        name=name or f"Person {number}",
        email=f"person{number}@example.org",
        acting_for_id=organisation.id,
    )
    with behind(SYSTEM_FENCE):
        db.session.add(person)
        db.session.flush()
        member = Membership(person_id=person.id, organisation_id=organisation.id, roles=[role.value for role in roles])
        db.session.add(member)
    return Actor(
        person_id=person.id, name=person.name, organisation_id=organisation.id, organisation_name=organisation.name,
        kind=organisation.kind, roles=frozenset(roles), email=person.email,
    )  # fmt: skip


def a_hub() -> Organisation:
    """The commissioning hub."""
    return an_organisation(Kind.HUB, "Test Hub")


def a_borough(hub: Organisation, name: str = "London Borough of Testham") -> Organisation:
    """A borough that is a member of the hub's two projects."""
    made = an_organisation(Kind.AUTHORITY, name)
    with behind(Fence(hub.id, None, "hub")):
        for project in ("SEND", "LAC"):
            db.session.add(
                PartnershipMember(
                    hub_id=hub.id,
                    authority_id=made.id,
                    project=project,
                    joined_on=date(2020, 4, 1),
                    yearly_contribution=Decimal(30000),
                )
            )
    return made


def a_provider(name: str = "Oakfield Care Ltd") -> Organisation:
    """A provider whose organisation has been claimed."""
    return an_organisation(Kind.PROVIDER, name, claimed_at=clock.now())


def a_lot(hub: Organisation, key: str = "residential", boroughs: tuple[Organisation, ...] = (), **facts: object) -> Lot:
    """A live lot of one of the three kinds, with three criteria and terms, in a framework of its own."""
    name, clients, setting_kind, agreement_kind, tiers = LOTS[key]
    framework = Framework(
        id=uuid.uuid4(), hub_id=hub.id, reference=new_reference("FWK"), name=f"{name} framework",
        project="SEND" if key == "special_school" else "LAC",
        kind=FrameworkKind.DPS if key == "special_school" else FrameworkKind.FRAMEWORK,
        regime=Regime.PCR_2015, state=FrameworkState.LIVE, starts_on=date(2022, 4, 1), ends_on=date(2030, 3, 31), term_years=[4, 2, 2],
    )  # fmt: skip
    lot = Lot(
        id=uuid.uuid4(), framework=framework, number=1, key=key, name=name, client_group=clients, form_key=key,
        setting_kinds=[setting_kind], required_documents=["Insurance certificate"], tiers=tiers,
        rates=[{"kind": "core", "unit": "week", "label": "Core fee"}], agreement_kind=agreement_kind,
        quality_weight=60, price_weight=40, price_formula=PriceFormula.ABSOLUTE, price_ceiling=Decimal(8000), indicator_keys=[],
    )  # fmt: skip
    lot.criteria = [
        Criterion(position=position, name=name, question=f"How will you provide {name.lower()}?", weight=weight)
        for position, (name, weight) in enumerate((("Meeting needs", 50), ("Outcomes", 30), ("Stability", 20)), start=1)
    ]
    for fact, value in facts.items():
        setattr(lot, fact, value)
    with behind(Fence(hub.id, None, "hub")):
        db.session.add(framework)
        db.session.flush()
        db.session.add(lot)
        db.session.flush()
        clauses = [{"heading": "Notice", "text": "Either side gives 28 days."}]
        db.session.add(
            TermsVersion(framework_id=framework.id, number=1, applies_from=date(2022, 4, 1), clauses=clauses)
        )
        for borough in boroughs:
            db.session.add(
                FrameworkParticipant(framework_id=framework.id, authority_id=borough.id, joined_on=date(2022, 4, 1))
            )
    return lot


def a_setting(
    provider: Organisation,
    lot: Lot | None = None,
    name: str = "Rowan House",
    needs: tuple[str, ...] = (),
    **facts: object,
) -> Setting:
    """A setting with places and a vacancy, admitted to the lot where one is given."""
    described: dict[str, object] = {
        "kind": SettingKind(lot.setting_kinds[0]) if lot else SettingKind.CHILDRENS_HOME, "places": 4, "age_from": 8, "age_to": 17,
        "accepts": Accepts.ANY, "takes_siblings": True, "vacancies": 1, "vacancies_confirmed_at": clock.now(),
        "postcode": "CR01EA", "easting": 532430, "northing": 165317, "rating": "Good",
    }  # fmt: skip
    made = Setting(
        id=uuid.uuid4(), provider_id=provider.id, reference=new_reference("SET"), name=name, **(described | facts)
    )
    with behind(Fence(provider.id, None, "provider")):
        db.session.add(made)
        db.session.flush()
        for need in needs:
            db.session.add(
                SettingNeed(
                    setting_id=made.id, provider_id=provider.id, need=need, level=Level.FULL, said_on=clock.today()
                )
            )
    if lot is not None:
        admit(provider, lot, made)
    return made


def admit(provider: Organisation, lot: Lot, setting: Setting) -> None:
    """Lay down a live admission of the setting; the verbs of admission have tests of their own."""
    with behind(Fence(provider.id, None, "provider")):
        found = db.session.query(Admission).filter_by(lot_id=lot.id, provider_id=provider.id).first()
        admission = found or Admission(
            id=uuid.uuid4(), reference=new_reference("ADM"), lot_id=lot.id, provider_id=provider.id
        )
        db.session.add(admission)
        db.session.flush()
        db.session.add(AdmissionSetting(provider_id=provider.id, admission_id=admission.id, setting_id=setting.id))
    if found is None:
        with behind(Fence(lot.framework.hub_id, None, "hub")):
            standing = db.session.get_one(Admission, admission.id)
            standing.state, standing.decided_at = AdmissionState.ADMITTED, clock.now()
            standing.tier = lot.tiers[0] if lot.tiers else None
