"""A provider applies to a lot, adds settings to its admission, or takes its application back."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.files import StoredFile
from foundation.formatting import joined
from foundation.permission import Invalid
from foundation.references import new_reference
from foundation.states import hold, move, require
from foundation.submitting import say
from foundation.transaction import transaction
from marketplace import admission_notices as notices
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.admission import Admission, AdmissionDocument, AdmissionSetting
from marketplace.framework import Lot
from marketplace.policy import authorise
from marketplace.setting import Rate, Setting
from marketplace.uploads import Upload, media_type_of, plain_name

say("uq_admissions_one_live", "You have an application or an admission in this lot already. Open it to add settings.")
say("uq_admission_settings_admission_id_setting_id", "One of these settings is in the lot already.", "settings")
DEAREST = Decimal("99999.99")
LONGEST_STATEMENT = 5_000


@dataclass(frozen=True)
class Application:
    """What a provider brings: settings, what each would cost (by the place of the rate in the lot's list), documents, a statement."""

    settings: Sequence[Setting]
    rates: Mapping[uuid.UUID, Mapping[int, Decimal]]
    documents: Mapping[str, Upload] = field(default_factory=dict)
    statement: str = ""


def rate_field(setting: Setting, place: int) -> str:
    """The name of the field in which a setting's rate is typed."""
    return f"rate_{setting.reference}_{place}"


def document_field(place: int) -> str:
    """The name of the field in which a required document is sent."""
    return f"document_{place}"


def apply_to_lot(lot: Lot, application: Application, *, by: Actor) -> Admission:
    """A provider applies to a lot with settings, rates and documents; the hub is told, and decides within ten working days."""
    with transaction():
        authorise(by, Act.APPLY_TO_LOT, lot)
        _require_open(lot)
        _require_complete(lot, application)
        admission = Admission(
            id=uuid.uuid4(), reference=new_reference("ADM"), lot_id=lot.id, provider_id=by.organisation_id,
            statement=application.statement.strip(), applied_by_id=by.person_id, applied_at=clock.now(),
        )  # fmt: skip
        db.session.add(admission)
        db.session.flush()
        _bring_settings(lot, admission, application)
        _bring_documents(lot, admission, application, by)
        record(Act.APPLY_TO_LOT, admission, by=by, about=lot.framework.hub_id, after=_told(lot, application))
        notices.applied(lot, admission, by=by)
    return admission


def add_to_admission(admission: Admission, application: Application, *, by: Actor) -> Admission:
    """A provider that applied or is admitted brings further settings into the lot, with their rates; the hub is told."""
    with transaction():
        authorise(by, Act.ADD_TO_ADMISSION, admission)
        require(hold(admission, share=True), Act.ADD_TO_ADMISSION)
        lot = admission.lot
        _require_fit(lot, application)
        _bring_settings(lot, admission, application)
        record(Act.ADD_TO_ADMISSION, admission, by=by, about=lot.framework.hub_id, after=_told(lot, application))
        notices.settings_added(lot, admission, application.settings, by=by)
    return admission


def withdraw_application(admission: Admission, *, by: Actor) -> Admission:
    """A provider takes its application back before it is decided; it may apply again."""
    with transaction():
        authorise(by, Act.WITHDRAW_APPLICATION, admission)
        move(hold(admission), Act.WITHDRAW_APPLICATION)
        admission.decided_at, admission.decided_by_id, admission.decided_by_name = clock.now(), by.person_id, by.name
        record(Act.WITHDRAW_APPLICATION, admission, by=by, about=admission.lot.framework.hub_id)
        notices.withdrawn(admission, by=by)
    return admission


def _require_open(lot: Lot) -> None:
    closed = lot.framework.why_closed(clock.today())
    if closed:
        raise Invalid(closed)


def _require_complete(lot: Lot, application: Application) -> None:
    _require_fit(lot, application)
    for place, name in enumerate(lot.required_documents):
        if name not in application.documents:
            raise Invalid(f"Send the document “{name}”.", document_field(place))
    if not application.statement.strip():
        raise Invalid("Say in a few sentences how you would work in this lot.", "statement")
    if len(application.statement) > LONGEST_STATEMENT:
        raise Invalid(f"Shorten the statement to {LONGEST_STATEMENT:,} characters.", "statement")


def _require_fit(lot: Lot, application: Application) -> None:
    """Settings of the right type, complete enough to be matched, each with its rates."""
    if not application.settings:
        raise Invalid("Choose at least one setting.", "settings")
    for setting in application.settings:
        if setting.kind not in lot.setting_kinds:
            raise Invalid(f"{setting.name} is not of a type that this lot admits.", "settings")
        if setting.missing_facts:
            raise Invalid(f"Complete {setting.name} first: its {joined(setting.missing_facts)} is missing.", "settings")
        _require_rates(lot, setting, application.rates.get(setting.id, {}))


def _require_rates(lot: Lot, setting: Setting, rates: Mapping[int, Decimal]) -> None:
    """The first rate of the lot's list is the core fee and must be given; the others may be."""
    if 0 not in rates:
        raise Invalid(f"Enter the {lot.rates[0]['label'].lower()} of {setting.name}.", rate_field(setting, 0))
    for place, amount in rates.items():
        if not 0 < amount <= DEAREST:
            raise Invalid(
                f"Enter a rate above £0 and up to £{DEAREST:,.2f} for {setting.name}.", rate_field(setting, place)
            )


def _bring_settings(lot: Lot, admission: Admission, application: Application) -> None:
    """The settings and their rate cards, from today."""
    db.session.add_all(
        AdmissionSetting(provider_id=admission.provider_id, admission_id=admission.id, setting_id=setting.id)
        for setting in application.settings
    )
    standing = _rates_of_today(lot, admission)
    for setting in application.settings:
        for place, amount in application.rates[setting.id].items():
            quoted = lot.rates[place]
            key = (setting.id, quoted["kind"], quoted["label"])
            rate = standing.get(key) or Rate(
                provider_id=admission.provider_id, setting_id=setting.id, lot_id=lot.id, kind=quoted["kind"],
                label=quoted["label"], unit=quoted["unit"], applies_from=clock.today(),
            )  # fmt: skip
            rate.amount = amount
            db.session.add(rate)
    db.session.flush()


def _rates_of_today(lot: Lot, admission: Admission) -> dict[tuple[uuid.UUID, str, str], Rate]:
    """Rates told earlier today, in an application since withdrawn or refused: they are corrected, not told twice."""
    rates = db.session.scalars(
        select(Rate).where(
            Rate.lot_id == lot.id, Rate.provider_id == admission.provider_id, Rate.applies_from == clock.today()
        )
    )
    return {(rate.setting_id, rate.kind, rate.label): rate for rate in rates}


def _bring_documents(lot: Lot, admission: Admission, application: Application, by: Actor) -> None:
    """The documents, kept as the provider's and shared with the hub."""
    for place, name in enumerate(lot.required_documents):
        upload = application.documents[name]
        file = StoredFile.of(
            upload.content, name=plain_name(upload.name), media_type=media_type_of(upload, document_field(place)),
            organisation_id=admission.provider_id, shared_with_id=lot.framework.hub_id, stored_by_id=by.person_id,
        )  # fmt: skip
        db.session.add(file)
        db.session.flush()
        document = AdmissionDocument(
            provider_id=admission.provider_id, admission_id=admission.id, name=name, file_id=file.id
        )
        db.session.add(document)


def _told(lot: Lot, application: Application) -> dict[str, Any]:
    """What the audit trail keeps of an application: rates are in their own rows."""
    return {"lot": lot.name, "settings": [setting.reference for setting in application.settings]}
