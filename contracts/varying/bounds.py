"""What a variation must say to make sense: a day after the start, a reason, changes that the fees allow, rates within bounds."""

from collections.abc import Sequence

from contracts.agreement import Agreement, AgreementFeeLine
from contracts.varying.effects import FeeEffect, effect_on, known_end
from contracts.varying.variation import LEAST, MOST, Change, Proposal
from foundation.formatting import day_plain, money
from foundation.permission import Invalid


def require_sense(agreement: Agreement, lines: Sequence[AgreementFeeLine], proposal: Proposal) -> None:
    """Raise Invalid, with the sentence for whoever typed it, unless the proposal can be carried out as it stands."""
    if not proposal.reason.strip():
        raise Invalid("Say why the fees change.", "reason")
    if not proposal.changes:
        raise Invalid("Change at least one fee, close one, or add one.")
    _require_day(agreement, proposal)
    fees = effect_on(agreement, lines, proposal.changes, proposal.effective_on).fees
    for asked, fee in zip(proposal.changes, fees, strict=True):
        if asked.change is Change.RATE:
            _require_a_new_rate(fee)
        if asked.change is Change.PAYERS and fee.before is not None and not fee.changes_payers:
            raise Invalid(f"{fee.label} is paid in these shares already. Enter others, or none.")
    if not proposal.override_reason.strip():
        require_bounds(fees)


def require_bounds(fees: Sequence[FeeEffect]) -> None:
    """Every new rate lies from 0.9 to 1.1 of the old one, bounds included."""
    for fee in fees:
        if fee.before is None or fee.after is None or fee.after.amount == fee.before.amount:
            continue
        least, most = LEAST * fee.before.amount, MOST * fee.before.amount
        if not least <= fee.after.amount <= most:
            raise Invalid(
                f"{fee.label}: {money(fee.after.amount)} is less than 0.9 or more than 1.1 of {money(fee.before.amount)}."
                " If it is meant, tick the box and say why.",
                "override",
            )


def _require_day(agreement: Agreement, proposal: Proposal) -> None:
    started, ends = agreement.started_on or agreement.starts_on, known_end(agreement)
    if proposal.effective_on < started:
        raise Invalid(
            f"The placement started on {day_plain(started)}. Enter that day or a later one: what was paid before an"
            " agreement does not change.",
            "effective_on",
        )
    if ends is not None and proposal.effective_on >= ends:
        raise Invalid(f"The placement ends on {day_plain(ends)}. Enter a day before it.", "effective_on")


def _require_a_new_rate(fee: FeeEffect) -> None:
    if fee.before is not None and fee.after is not None and fee.before.amount == fee.after.amount:
        raise Invalid(f"{fee.label} is paid at {money(fee.before.amount)} already. Enter another rate, or none.")
