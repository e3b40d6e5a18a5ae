"""Things of the marketplace brought to their states by the verbs: applications, admissions, complete settings."""

import io
import zipfile
from decimal import Decimal

from sqlalchemy import inspect

from foundation.database import db
from marketplace.actor import Actor
from marketplace.admission import Admission
from marketplace.admitting import admit_provider
from marketplace.applying import Application, apply_to_lot
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.roles import Role
from marketplace.setting import Setting
from marketplace.uploads import Upload
from tests.makers.standing import a_person, a_setting, acting

PDF = b"%PDF-1.7\n1 0 obj\nendobj\n"


def a_word_file() -> bytes:
    """The least that is a Word document."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    return out.getvalue()


def an_application_of(lot: Lot, *settings: Setting, amount: str = "4200.00") -> Application:
    """A whole application with these settings, their core fee and every document of the lot."""
    return Application(
        settings=settings,
        rates={setting.id: {0: Decimal(amount)} for setting in settings},
        documents={name: Upload(f"{name}.pdf", PDF) for name in lot.required_documents},
        statement="Small homes, the same adults every day.",
    )


def an_application(lot: Lot, provider: Organisation, setting: Setting | None = None) -> Admission:
    """An application that lies with the hub."""
    setting = setting or a_setting(provider, kind=lot.setting_kinds[0])
    manager = acting(a_person(provider, Role.PROVIDER_MANAGER))
    return apply_to_lot(lot, an_application_of(lot, setting), by=manager)


def an_admission(lot: Lot, provider: Organisation, hub_manager: Actor) -> Admission:
    """An application that the hub has admitted."""
    applied = an_application(lot, provider)
    acting(hub_manager)
    return admit_provider(again(applied), lot.tiers[0] if lot.tiers else None, "", by=hub_manager)


def again(admission: Admission) -> Admission:
    """The same admission as whoever acts now reads it; by its key, which outlives the session that knew the rest."""
    (key,) = inspect(admission, raiseerr=True).identity
    return db.session.get_one(Admission, key)
