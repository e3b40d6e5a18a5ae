"""A provider's indicators beside its uplift request: the scorecard's figures, handed down to `contracts` by the composition root."""

from collections.abc import Sequence

from contracts.uplift.standing import Quality
from marketplace.organisation import Organisation
from outcomes.scorecard import scorecard_of


def quality_beside(provider: Organisation) -> tuple[str, Sequence[Quality]]:
    """The last quarter that is over, and each indicator in it."""
    card = scorecard_of(provider)
    return str(card.quarter), [
        Quality(
            line.indicator.name, line.indicator.write(line.now) if line.now is not None else "", line.indicator.say_target(),
            line.rating.value, line.direction, line.drawing,
        )
        for line in card.lines
    ]  # fmt: skip
