"""Providers that stand in their lots before a journey begins; the residential journey shows how one comes in."""

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

#: so many of each lot's providers, the known ones among them: enough to choose from, and few enough to read through
OF_EACH_LOT = 6


def admit_some_providers(partnership: Partnership, now: datetime) -> None:
    """The first providers of each lot stand admitted with all their settings."""
    manager = partnership.hub.actor(Role.HUB_MANAGER)
    tiers: dict[uuid.UUID, str | None] = {}
    for key in partnership.lots:
        for provider in partnership.providers_in(key)[:OF_EACH_LOT]:
            act_behind(provider.actor(Role.PROVIDER_MANAGER).fence)
            lot_tiers = declared_lot(key)["tiers"]
            tiers[_apply(partnership, provider, now)] = lot_tiers[0] if lot_tiers else None
    act_behind(manager.fence)
    for admission, tier in tiers.items():
        decided = {"state": AdmissionState.ADMITTED, "tier": tier, "decided_at": now - timedelta(days=20)}
        decider = {
            "decided_by_id": manager.person_id,
            "decided_by_name": manager.name,
            "decision_note": "Meets every criterion.",
        }
        db.session.execute(update(Admission).where(Admission.id == admission).values(**decided, **decider))
    db.session.commit()


def _apply(partnership: Partnership, provider: Provider, now: datetime) -> uuid.UUID:
    applying = provider.actor(Role.PROVIDER_MANAGER)
    application = {
        "id": uuid.uuid4(), "reference": new_reference("ADM"), "lot_id": partnership.lots[provider.lot], "provider_id": provider.id,
        "applied_at": now - timedelta(days=40), "applied_by_id": applying.person_id, "statement": "We offer places on the terms.",
    }  # fmt: skip
    db.session.execute(insert(Admission), [application])
    brought = [
        {"id": uuid.uuid4(), "provider_id": provider.id, "admission_id": application["id"], "setting_id": each.id}
        for each in provider.settings
    ]
    db.session.execute(insert(AdmissionSetting), brought)
    return uuid.UUID(str(application["id"]))
