"""The standing part of the demo: everything that was there before the year begins."""

from datetime import datetime
from random import Random

from demo.frameworks import procure_frameworks
from demo.organisations import found_organisations, join_projects
from demo.outside import open_homes_outside
from demo.partnership import Partnership
from demo.people import employ_people
from demo.settings import open_settings
from foundation.clock import LONDON
from foundation.database import db
from foundation.tenancy import SYSTEM_FENCE, act_behind
from marketplace.roles import Role


def lay_down_standing(seed: int, now: datetime) -> Partnership:
    """Boroughs, hub, providers, their people, frameworks and settings, each laid down behind its owner's fence."""
    rng = Random(f"standing {seed}")
    begins_on = now.astimezone(LONDON).date()
    act_behind(SYSTEM_FENCE)
    partnership = found_organisations(begins_on)
    employ_people(partnership, rng)
    open_settings(partnership, rng, now)
    open_homes_outside(partnership, now)
    act_behind(partnership.hub.actor(Role.HUB_MANAGER).fence)
    join_projects(partnership, begins_on)
    procure_frameworks(partnership, begins_on)
    db.session.commit()
    return partnership
