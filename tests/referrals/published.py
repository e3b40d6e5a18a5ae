"""A published referral laid down row by row, for tests of what comes after publication."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from foundation import clock
from foundation.database import db
from foundation.references import new_reference
from foundation.tenancy import Fence
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.setting import Setting
from referrals.child import Child, Identity
from referrals.referral import PublishedProfile, Referral, ReferralState
from tests.makers.standing import a_borough, a_hub, a_lot, a_provider, a_setting, behind


def a_published_referral(
    borough: Organisation, lot: Lot, *, must: tuple[str, ...] = ("trauma",), desirable: tuple[str, ...] = (),
    age: int = 13, sex: str = "M", deadline: datetime | None = None, **facts: Any,
) -> Referral:  # fmt: skip
    """A referral for one child, published with a deadline in five days."""
    child = Child(id=uuid.uuid4(), authority_id=borough.id, reference=new_reference("CHI"))
    with behind(Fence(borough.id, None, "authority", sees_identity=True)):
        db.session.add(child)
        db.session.flush()
        db.session.add(_identity(child, sex))
        referral = Referral(
            id=uuid.uuid4(), reference=new_reference(borough.prefix), authority_id=borough.id, child_id=child.id,
            lot_id=lot.id, form_key=lot.form_key, form_version=1, state=ReferralState.PUBLISHED, published_at=clock.now(),
            deadline=deadline or clock.now() + timedelta(days=5), needed_by=clock.today() + timedelta(days=30),
            expected_weeks=52, **facts,
        )  # fmt: skip
        db.session.add(referral)
        db.session.flush()
        wanted = {
            "must": list(must),
            "desirable": list(desirable),
            "setting_kinds": list(lot.setting_kinds),
            "sibling_count": 0,
        }
        sections = [{"section": "Health", "rows": [{"question": "Allergies", "answer": "None known"}]}]
        db.session.add(
            PublishedProfile(
                referral_id=referral.id, authority_id=borough.id, age=age, sex=sex, sections=sections,
                voice="Somewhere I can keep going to my school.", area="CR0", wanted=wanted,
            )
        )  # fmt: skip
        db.session.flush()
        db.session.refresh(referral)
    return referral


def _identity(child: Child, sex: str) -> Identity:
    return Identity(
        child_id=child.id, authority_id=child.authority_id, first_name="Zephyrine", family_name="Quillfeather",
        date_of_birth=date(2013, 5, 1), sex=sex, home_postcode="CR0 1EA",
    )  # fmt: skip


class Market(NamedTuple):
    """A borough's published referral, and two providers with a setting each in its lot."""

    hub: Organisation
    borough: Organisation
    referral: Referral
    rowan: Setting
    beech: Setting


def a_market() -> Market:
    """A hub, a borough, a lot, and two providers that may be invited."""
    hub = a_hub()
    borough = a_borough(hub)
    lot = a_lot(hub, boroughs=(borough,))
    rowan = a_setting(a_provider("Oakfield Care Ltd"), lot, needs=("trauma",))
    beech = a_setting(a_provider("Beech Homes Ltd"), lot, name="Beech Lodge")
    return Market(hub, borough, a_published_referral(borough, lot), rowan, beech)
