"""What every story knows: who there is, the telling that it is part of, the present at which all stops, and its own dice."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import TypeVar

from demo.partnership import DemoSetting, Partnership, Provider
from demo.storytelling import Telling
from foundation.database import db

T = TypeVar("T")


@dataclass(frozen=True)
class Cast:
    """The partnership in action."""

    partnership: Partnership
    telling: Telling
    seed: int
    present: datetime

    def dice(self, story: str) -> Random:
        """Dice of a story's own, so that one story's throws do not change another's."""
        return Random(f"{self.seed} {story}")

    def provider(self, key: uuid.UUID) -> Provider:
        """The provider of that key."""
        return next(provider for provider in self.partnership.providers if provider.id == key)

    def setting(self, key: uuid.UUID) -> DemoSetting:
        """The setting of that key."""
        return next(each for provider in self.partnership.providers for each in provider.settings if each.id == key)


def fetch(kind: type[T], key: uuid.UUID) -> T:
    """A row by its key, as far as whoever acts may see it."""
    return db.session.get_one(kind, key)
