"""How the providers came into their lots: they applied, and the hub admitted them."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import insert, update

from demo.frameworks import declared_lot
from demo.partnership import Partnership, Provider
from foundation.database import db
from foundation.references import new_reference
from foundation.tenancy import act_behind
from marketplace.admission import Admission, AdmissionSetting, AdmissionState
from marketplace.roles import Role


def admit_providers(partnership: Partnership, now: datetime) -> None:
    """Every provider stands admitted in its lot with all its settings."""
    manager = partnership.hub.actor(Role.HUB_MANAGER)
    tiers: dict[uuid.UUID, str | None] = {}
    for number, provider in enumerate(partnership.providers):
        act_behind(provider.actor(Role.PROVIDER_MANAGER).fence)
        lot_tiers = declared_lot(provider.lot)["tiers"]
        tiers[_apply(partnership, provider, now)] = lot_tiers[number % 2] if lot_tiers else None
    act_behind(manager.fence)
    for key, tier in tiers.items():
        db.session.execute(
            update(Admission).where(Admission.id == key).values(
                state=AdmissionState.ADMITTED, tier=tier, decided_at=now - timedelta(days=20), decided_by_id=manager.person_id,
                decided_by_name=manager.name, decision_note="Meets every criterion of the lot.",
            )
        )  # fmt: skip


def _apply(partnership: Partnership, provider: Provider, now: datetime) -> uuid.UUID:
    key = uuid.uuid4()
    applying = provider.actor(Role.PROVIDER_MANAGER)
    application = {
        "id": key, "reference": new_reference("ADM"), "lot_id": partnership.lots[provider.lot], "provider_id": provider.id,
        "applied_at": now - timedelta(days=40), "applied_by_id": applying.person_id,
        "statement": "We wish to offer places to the partnership's children on the framework's terms.",
    }  # fmt: skip
    db.session.execute(insert(Admission), [application])
    brought = [
        {"id": uuid.uuid4(), "provider_id": provider.id, "admission_id": key, "setting_id": each.id}
        for each in provider.settings
    ]
    db.session.execute(insert(AdmissionSetting), brought)
    return key
