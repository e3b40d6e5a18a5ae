"""Approving a variation: the old fee lines close on its day and the new ones begin, in one act."""

from collections.abc import Sequence

from sqlalchemy import select

from contracts.agreement import Agreement, AgreementFeeLine
from contracts.fee_changes import add_line, change_payers, close_line, line_paid_on, replace_line
from contracts.queries import fee_lines_of
from contracts.savings.claiming import claim_volume_discount
from contracts.varying.bounds import require_bounds
from contracts.varying.effects import Effect, effect_on
from contracts.varying.notices import tell_approved
from contracts.varying.proposing import agreement_of, hold_at
from contracts.varying.variation import Change, FeeChange, Variation, VariationChange
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.permission import Invalid, NotNow
from foundation.states import hold, move, require
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.fee_line import Calendar, FeeKind, FeeLine, Unit
from marketplace.payer_shares import SOCIAL_CARE_PAYS
from marketplace.policy import authorise


def approve_variation(variation: Variation, *, version: int | None = None, by: Actor) -> Variation:
    """The borough's placement manager approves what the provider has agreed to: the fees change from its day, and both are told."""
    with transaction():
        authorise(by, Act.APPROVE_VARIATION, variation)
        agreement = hold(agreement_of(variation))
        require(agreement, Act.PROPOSE_VARIATION)
        require(hold_at(variation, version), Act.APPROVE_VARIATION)
        if variation.agreed_at is None:
            raise NotNow("The provider has not agreed to this variation yet.")
        effect = _change_fees(agreement, variation)
        variation.decided_at, variation.decided_by_name = clock.now(), by.name
        move(variation, Act.APPROVE_VARIATION)
        claim_volume_discount(agreement)
        record(
            Act.APPROVE_VARIATION, agreement, by=by, about=variation.provider_id,
            before={"weekly": effect.week_before}, after={
                "variation": variation.number, "effective_on": variation.effective_on, "weekly": effect.week_after,
                "arrears": effect.arrears,
            },
        )  # fmt: skip
        tell_approved(variation, agreement, effect.arrears)
    return variation


def changes_of(variation: Variation) -> Sequence[VariationChange]:
    """Its rows in their order."""
    of = select(VariationChange).where(VariationChange.variation_id == variation.id)
    return db.session.scalars(of.order_by(VariationChange.position)).all()


def asked_by(row: VariationChange, variation: Variation) -> FeeChange:
    """The row as the reckoning takes it."""
    change, kind = Change(row.change), FeeKind(row.kind)
    if change is not Change.ADD or row.amount is None:
        return FeeChange(change=change, kind=kind, label=row.label, amount=row.amount, payers=row.payers)
    new = FeeLine(
        kind=kind, label=row.label, amount=row.amount, unit=Unit(row.unit), quantity=row.quantity,
        calendar=Calendar(row.calendar), weeks=tuple(row.weeks), starts=variation.effective_on, ends=row.ends_on,
        vat_rate=row.vat_rate, vat_recoverable=row.vat_recoverable, shares=row.payers or SOCIAL_CARE_PAYS,
    )  # fmt: skip
    return FeeChange(change=change, kind=kind, label=row.label, new=new)


def _change_fees(agreement: Agreement, variation: Variation) -> Effect:
    lines, rows = fee_lines_of(agreement), changes_of(variation)
    asked = [asked_by(row, variation) for row in rows]
    effect = effect_on(agreement, lines, asked, variation.effective_on)
    if variation.override_reason is None:
        require_bounds(effect.fees)
    for row, fee, change in zip(rows, effect.fees, asked, strict=True):
        row.arrears = fee.arrears
        _carry_out(agreement, lines, change, variation)
    db.session.flush()
    return effect


def _carry_out(agreement: Agreement, lines: Sequence[AgreementFeeLine], asked: FeeChange, variation: Variation) -> None:
    on = variation.effective_on
    if asked.new is not None:
        add_line(agreement, asked.new, max((line.position for line in lines), default=0) + 1)
    elif asked.payers is not None:
        change_payers(
            [line for line in lines if (line.kind, line.label) == (asked.kind, asked.label)], on, asked.payers
        )
    elif asked.amount is not None:
        line = line_paid_on(lines, asked.kind, asked.label, on)
        if line is None:
            raise Invalid(f"{asked.label} is not paid on {on:%-d %B %Y}, so its rate cannot change then.")
        replace_line(line, on, asked.amount)
    else:
        for line in lines:
            if (line.kind, line.label) == (asked.kind, asked.label):
                close_line(line, on)
