"""How providers keep telling which places are free: once in spring and again within the last weeks, some of them late."""

from datetime import datetime, timedelta
from random import Random

from demo.cast import Cast, fetch
from demo.partnership import Provider
from demo.storytelling import Story, acting, in_office_hours
from foundation.clock import today
from marketplace.keeping_settings import confirm_vacancies
from marketplace.roles import Role
from marketplace.setting import Setting


def vacancies_are_told(cast: Cast, provider: Provider, begins: datetime) -> Story:
    """A provider confirms the vacancies of all its settings in one sitting."""
    rng = cast.dice(f"vacancies of {provider.domain}")
    for at in (
        begins + timedelta(days=rng.uniform(120, 200)),
        cast.present - timedelta(days=rng.triangular(0.5, 26, 3)),
    ):
        yield in_office_hours(at)
        with acting(provider.actor(Role.PROVIDER_RESPONDER)) as responder:
            for each in provider.settings:
                setting = fetch(Setting, each.id)
                confirm_vacancies(setting, _free(setting, provider.lot, rng), today(), by=responder)


def _free(setting: Setting, lot: str, rng: Random) -> int:
    """Homes have few free places, schools and agencies some; never more than there are."""
    free = rng.choice([0, 1, 1, 1, 2]) if lot == "residential" else rng.randint(1, 6)
    return min(free, setting.places or 0)
