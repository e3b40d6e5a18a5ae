"""Homes outside the framework, of owners without accounts here: what a borough buys when the framework has no answer.

They are invented like all settings of the demo, and their numbers are ones that no register holds.
"""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import insert

from demo.organisations import UNFINISHED
from demo.partnership import DemoSetting, Partnership
from foundation.database import db
from foundation.references import new_reference
from marketplace.organisation import Organisation
from marketplace.reading_register import owner_key
from marketplace.roles import Kind
from marketplace.setting import Accepts, Setting, SettingKind

#: owner, home, place of the land, rating, youngest and oldest age
HOMES = (
    ("Withy Beck Homes Ltd", "Alder Gate", "BN1 1JA", "Good", 8, 17),
    ("Skerrow Care Ltd", "Skerrow House", "DA14 6BN", "Requires improvement to be good", 7, 17),
)


def open_homes_outside(partnership: Partnership, now: datetime) -> None:
    """Lay down the owners and their homes; the session must act as the system."""
    for number, (owner, home, postcode, rating, youngest, oldest) in enumerate(HOMES, start=1):
        owner_id, home_id = uuid.uuid4(), uuid.uuid4()
        prefix = "".join(letter for letter in owner.upper() if letter.isalpha())[:3]
        db.session.execute(
            insert(Organisation).values(
                id=owner_id, kind=Kind.PROVIDER, name=owner, prefix=prefix, reference=new_reference(prefix),
                owner_key=f"demo:{owner_key(owner)}", source=UNFINISHED, added_at=now - timedelta(days=700),
            )
        )  # fmt: skip
        db.session.execute(
            insert(Setting).values(
                id=home_id, provider_id=owner_id, reference=new_reference("SET"), name=home, kind=SettingKind.CHILDRENS_HOME,
                urn=f"DM9{number:04d}", sector="Private", postcode=postcode, places=3, age_from=youngest, age_to=oldest,
                accepts=Accepts.ANY, registration_status="Active", rating=rating, source="demo", description="",
                inspected_on=now.date() - timedelta(days=200), added_at=now - timedelta(days=700), version=1,
            )
        )  # fmt: skip
        partnership.outside.append(DemoSetting(home_id, home, 0, frozenset()))
