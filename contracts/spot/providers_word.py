"""A variation of a spot agreement whose provider has no accounts: the borough writes down that the provider agreed in writing."""

from datetime import date

from contracts.spot.agreeing import signs_on_paper
from contracts.varying.proposing import agreement_of, hold_at
from contracts.varying.variation import Variation
from foundation import clock
from foundation.audit import record
from foundation.permission import Invalid, NotNow
from foundation.states import require
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import authorise


def record_providers_word(
    variation: Variation, said_by: str, said_on: date, *, version: int | None = None, by: Actor
) -> Variation:
    """An officer records who of the provider agreed to the variation and when; the placement manager may now approve it."""
    with transaction():
        authorise(by, Act.RECORD_PROVIDERS_WORD, variation)
        require(hold_at(variation, version), Act.RECORD_PROVIDERS_WORD)
        agreement = agreement_of(variation)
        if not signs_on_paper(agreement):
            raise NotNow("This provider has accounts here, so it agrees itself.")
        if variation.agreed_at is not None:
            raise NotNow("The provider’s agreement is recorded already.")
        if not said_by.strip():
            raise Invalid("Name who agreed.", "said_by")
        if said_on > clock.today():
            raise Invalid("Enter the day on which they agreed. It cannot lie in the future.", "said_on")
        variation.agreed_at = clock.now()
        variation.agreed_by_name = f"{said_by.strip()}, in writing on {said_on:%-d %B %Y}, recorded by {by.name}"
        record(
            Act.RECORD_PROVIDERS_WORD, agreement, by=by, about=variation.provider_id,
            after={"variation": variation.number, "said_by": said_by.strip(), "said_on": said_on},
        )  # fmt: skip
    return variation
