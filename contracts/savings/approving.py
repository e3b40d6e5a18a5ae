"""What finance officers and commissioners do with an entry: approve it so that it counts, refuse, rate or reverse it."""

from collections.abc import Sequence

from contracts.savings.notices import tell_refused, tell_reversed
from contracts.savings.saving import Rating, Saving
from contracts.savings.taking_back import add_change, refuse, reverse
from foundation import clock
from foundation.audit import record
from foundation.permission import Invalid
from foundation.states import hold, move, require, require_version
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import authorise


def approve_savings(savings: Sequence[Saving], note: str = "", *, by: Actor) -> Sequence[Saving]:
    """A finance officer of the borough who did not enter them approves the entries: from here on they count. All, or none."""
    if not savings:
        raise Invalid("Choose at least one entry.", "chosen")
    with transaction():
        for saving in sorted(savings, key=lambda each: each.id):
            authorise(by, Act.APPROVE_SAVING, saving)
            move(hold(saving), Act.APPROVE_SAVING)
            saving.decided_at, saving.decided_by_name = clock.now(), by.name
            add_change(saving, Act.APPROVE_SAVING, note, by.name)
            record(Act.APPROVE_SAVING, saving, by=by, after={"note": note.strip()})
    return savings


def refuse_saving(saving: Saving, reason: str, *, by: Actor) -> Saving:
    """A finance officer refuses the entry: it never counts, and what it stood on may be claimed by another. Its author is told."""
    with transaction():
        authorise(by, Act.REFUSE_SAVING, saving)
        require(hold(saving), Act.REFUSE_SAVING)
        refuse(saving, reason, by.name)
        record(Act.REFUSE_SAVING, saving, by=by, after={"reason": reason.strip()})
        tell_refused(saving, reason.strip())
    return saving


def rate_saving(saving: Saving, rating: Rating, reason: str, *, version: int, by: Actor) -> Saving:
    """A commissioner or finance officer says anew how sure the entry is, and why. What was paid already stays delivered."""
    with transaction():
        authorise(by, Act.RATE_SAVING, saving)
        move(hold(saving), Act.RATE_SAVING)
        require_version(saving, version)
        _require_rating(saving, rating)
        before, saving.rating = saving.rating, rating
        add_change(saving, Act.RATE_SAVING, reason, by.name, rating_before=before)
        record(
            Act.RATE_SAVING,
            saving,
            by=by,
            before={"rating": before},
            after={"rating": rating, "reason": reason.strip()},
        )
    return saving


def reverse_saving(saving: Saving, reason: str, *, by: Actor) -> Saving:
    """A finance officer takes an approved entry back by a new one, amount for amount. Gives the new entry; both stay to be seen."""
    with transaction():
        authorise(by, Act.REVERSE_SAVING, saving)
        require(hold(saving), Act.REVERSE_SAVING)
        reversal = reverse(saving, reason, by.name)
        record(Act.REVERSE_SAVING, saving, by=by, after={"by": reversal.reference, "reason": reason.strip()})
        tell_reversed(saving, reason.strip())
    return reversal


def _require_rating(saving: Saving, rating: Rating) -> None:
    if saving.reverses_id is not None:
        raise Invalid("This entry takes another back: it has the rating of that one.", "rating")
    if rating is saving.rating:
        raise Invalid("The entry has this rating already. Choose another.", "rating")
    if saving.is_reckoned and rating is Rating.GREEN_DELIVERED:
        raise Invalid("Its days become Green delivered as they are paid. Rate only what is still to come.", "rating")
