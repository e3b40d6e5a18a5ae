"""An attempt to read a sealed offer by its address: it meets a page that is not there, and an alert in the audit trail."""

from dataclasses import dataclass

from foundation.audit import record
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act


@dataclass(frozen=True)
class Sought:
    """What was asked for, by its reference; whether it exists is not ours to say."""

    reference: str


def report_peeking(reference: str, *, by: Actor) -> None:
    """Write down who asked for an offer at an address that is its provider's alone."""
    with transaction():
        reason = {
            "reason": "An offer’s own page is its provider’s alone. Offers are read together, once they are opened."
        }
        record(Act.OPEN_OFFERS, Sought(reference[:40]), by=by, after=reason, refused=True)
