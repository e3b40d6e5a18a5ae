"""Proposing a variation, and what becomes of a proposal short of approval: the provider agrees, or a side refuses or withdraws it."""

import uuid
from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import func, select

from contracts.agreement import Agreement
from contracts.queries import fee_lines_of
from contracts.varying.bounds import require_sense
from contracts.varying.effects import FeeEffect, effect_on
from contracts.varying.notices import tell_agreed, tell_proposed, tell_refused, tell_withdrawn
from contracts.varying.variation import Change, FeeChange, Proposal, Side, Variation, VariationChange
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.permission import Invalid, NotNow
from foundation.states import hold, move, require, require_version
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.fee_line import FeeLine
from marketplace.payer_shares import PayerShares
from marketplace.policy import authorise, side_of


def propose_variation(agreement: Agreement, proposal: Proposal, *, by: Actor) -> Variation:
    """Either side asks for other fees from a day on. Nothing changes until the provider has agreed and the borough approved."""
    with transaction():
        authorise(by, Act.PROPOSE_VARIATION, agreement)
        require(hold(agreement), Act.PROPOSE_VARIATION)
        lines = fee_lines_of(agreement)
        _require_own_payers(proposal, by)
        require_sense(agreement, lines, proposal)
        variation = _proposed(agreement, proposal, by)
        db.session.add(variation)
        db.session.flush()
        effect = effect_on(agreement, lines, proposal.changes, proposal.effective_on)
        db.session.add_all(_changes(variation, effect.fees, proposal.changes))
        record(
            Act.PROPOSE_VARIATION, agreement, by=by, about=other_side(variation, by),
            after={"variation": variation.number, "effective_on": variation.effective_on, "reason": variation.reason},
        )  # fmt: skip
        if not proposal.is_of_payers_alone:
            tell_proposed(variation, agreement)
    return variation


def agree_to_variation(variation: Variation, *, version: int | None = None, by: Actor) -> Variation:
    """The provider's manager agrees to what the borough proposed; the placement manager may now approve it."""
    with transaction():
        authorise(by, Act.AGREE_TO_VARIATION, variation)
        require(hold_at(variation, version), Act.AGREE_TO_VARIATION)
        if variation.agreed_at is not None:
            raise NotNow("The provider has agreed to this variation already. It waits for the borough.")
        variation.agreed_at, variation.agreed_by_name = clock.now(), by.name
        move(variation, Act.AGREE_TO_VARIATION)
        agreement = agreement_of(variation)
        record(
            Act.AGREE_TO_VARIATION, agreement, by=by, about=variation.authority_id,
            after={"variation": variation.number},
        )  # fmt: skip
        tell_agreed(variation, agreement)
    return variation


def refuse_variation(variation: Variation, note: str, *, version: int | None = None, by: Actor) -> Variation:
    """The borough's placement manager, or the provider's manager where the borough proposed it, says no and why."""
    with transaction():
        authorise(by, Act.REFUSE_VARIATION, variation)
        move(hold_at(variation, version), Act.REFUSE_VARIATION)
        if not note.strip():
            raise Invalid("Say why the variation is refused.", "note")
        _decide(variation, by, note.strip())
        agreement = agreement_of(variation)
        record(
            Act.REFUSE_VARIATION, agreement, by=by, about=other_side(variation, by),
            after={"variation": variation.number, "reason": note.strip()},
        )  # fmt: skip
        tell_refused(variation, agreement)
    return variation


def withdraw_variation(variation: Variation, *, version: int | None = None, by: Actor) -> Variation:
    """The side that proposed it takes it back before it is decided."""
    with transaction():
        authorise(by, Act.WITHDRAW_VARIATION, variation)
        move(hold_at(variation, version), Act.WITHDRAW_VARIATION)
        _decide(variation, by, None)
        agreement = agreement_of(variation)
        record(
            Act.WITHDRAW_VARIATION, agreement, by=by, about=other_side(variation, by),
            after={"variation": variation.number},
        )  # fmt: skip
        tell_withdrawn(variation, agreement)
    return variation


def hold_at(variation: Variation, version: int | None) -> Variation:
    """The variation locked; refused if it moved on since the page that carries `version` was opened."""
    hold(variation)
    if version is not None:
        require_version(variation, version)
    return variation


def agreement_of(variation: Variation) -> Agreement:
    """The agreement that it changes."""
    return db.session.get_one(Agreement, variation.agreement_id)


def other_side(variation: Variation, by: Actor) -> uuid.UUID:
    """The organisation on the other side of the agreement from the actor."""
    return variation.authority_id if by.organisation_id == variation.provider_id else variation.provider_id


def _require_own_payers(proposal: Proposal, by: Actor) -> None:
    if side_of(by) == Side.PROVIDER and any(asked.change is Change.PAYERS for asked in proposal.changes):
        raise Invalid("Who pays in the borough’s area is for the borough to say.")


def _decide(variation: Variation, by: Actor, note: str | None) -> None:
    variation.decided_at, variation.decided_by_name, variation.decision_note = clock.now(), by.name, note


def _proposed(agreement: Agreement, proposal: Proposal, by: Actor) -> Variation:
    of_agreement = select(func.max(Variation.number)).where(Variation.agreement_id == agreement.id)
    side = Side(side_of(by))
    variation = Variation(
        id=uuid.uuid4(), number=(db.session.scalar(of_agreement) or 0) + 1, agreement_id=agreement.id,
        authority_id=agreement.authority_id, provider_id=agreement.provider_id, side=side.value,
        effective_on=proposal.effective_on, reason=proposal.reason.strip(),
        override_reason=proposal.override_reason.strip() or None, proposed_at=clock.now(), proposed_by_id=by.person_id,
        proposed_by_name=by.name,
    )  # fmt: skip
    if side is Side.PROVIDER:
        variation.agreed_at, variation.agreed_by_name = clock.now(), by.name
    elif proposal.is_of_payers_alone:
        variation.agreed_at = clock.now()
    return variation


def _changes(variation: Variation, fees: Sequence[FeeEffect], changes: Sequence[FeeChange]) -> list[VariationChange]:
    return [
        _change(variation, position, asked, fee.before)
        for position, (asked, fee) in enumerate(zip(changes, fees, strict=True), start=1)
    ]


def _change(variation: Variation, position: int, asked: FeeChange, was: FeeLine | None) -> VariationChange:
    line = asked.new or was
    if line is None:
        raise Invalid(f"{asked.label} is not paid under this agreement.")
    return VariationChange(
        variation_id=variation.id, agreement_id=variation.agreement_id, authority_id=variation.authority_id,
        provider_id=variation.provider_id, position=position, change=asked.change.value, kind=asked.kind.value,
        label=asked.label, amount=asked.new.amount if asked.new else asked.amount,
        old_amount=None if asked.new or was is None else was.amount, unit=line.unit.value, quantity=line.quantity,
        calendar=line.calendar.value, weeks=list(line.weeks), vat_rate=line.vat_rate, vat_recoverable=line.vat_recoverable,
        ends_on=asked.new.ends if asked.new else None, **_shares(asked.new.shares if asked.new else asked.payers),
    )  # fmt: skip


def _shares(payers: PayerShares | None) -> dict[str, Decimal]:
    names = ("social_care_share", "education_share", "health_share")
    return dict(zip(names, payers.percentages, strict=True)) if payers else {}
