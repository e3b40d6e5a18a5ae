"""Claiming: Harbour enters what it saw being saved, as a step of the act that saved it, never as an act of its own.

Nothing claimed here counts until a finance officer of the borough has approved it.
"""

import uuid
from datetime import date
from decimal import Decimal

from sqlalchemy import func, insert, literal, select

from contracts.agreement import Agreement, AgreementFeeLine
from contracts.savings.baselines import Baseline, below_benchmark, spot_avoided, step_down
from contracts.savings.saving import LIVE, Benefit, Ground, Layer, Rating, Saving, SavingState, Source
from contracts.savings.taking_back import take_back
from contracts.savings.words import TITLES
from contracts.uplift.request import UpliftedLine, UpliftRequest
from foundation import clock
from foundation.database import db
from foundation.formatting import day_plain
from foundation.references import new_reference
from marketplace.actor import SYSTEM
from marketplace.fee_line import FeeKind, Unit
from marketplace.framework import Framework, Lot
from marketplace.organisation import Organisation

#: by which of the two a claim of Harbour's helps: a lower price paid is cashable, a higher one that was not agreed is avoided
BENEFITS = {
    Source.BELOW_BENCHMARK: Benefit.AVOIDED,
    Source.SPOT_AVOIDED: Benefit.AVOIDED,
    Source.STEP_DOWN: Benefit.CASHABLE,
    Source.VOLUME_DISCOUNT: Benefit.CASHABLE,
}
#: a discount is of volume where its label says so
VOLUME = "volume"


def claim_uplift_avoided(request_id: uuid.UUID) -> None:
    """A step of agreeing an uplift: what was asked less what was agreed, an entry for each borough, a ground for each fee line.

    Two statements for the grounds and their sums, however many lines; lines on which as much was agreed as asked save nothing.
    """
    request = db.session.get_one(UpliftRequest, request_id)
    db.session.flush()
    saved = (UpliftedLine.request_id == request_id, UpliftedLine.asked_amount > UpliftedLine.agreed_amount)
    boroughs = select(UpliftedLine.authority_id, Organisation.prefix).join(
        Organisation, Organisation.id == UpliftedLine.authority_id
    )
    for authority_id, prefix in db.session.execute(boroughs.where(*saved).distinct()):
        db.session.add(_uplift_entry(request, authority_id, prefix))
    db.session.flush()
    grounds = (
        select(
            func.gen_random_uuid(), Saving.id, UpliftedLine.authority_id, literal(Layer.UPLIFT.value), UpliftedLine.agreement_id,
            UpliftedLine.new_line_id, UpliftedLine.from_on, UpliftedLine.asked_amount, UpliftedLine.agreed_amount, literal(""),
            literal(True),
        )
        .join(Saving, (Saving.uplift_request_id == UpliftedLine.request_id) & (Saving.authority_id == UpliftedLine.authority_id))
        .where(*saved, Saving.state == SavingState.CLAIMED)
    )  # fmt: skip
    names = (
        "id", "saving_id", "authority_id", "layer", "agreement_id", "fee_line_id", "starts_on", "before", "after", "basis", "live",
    )  # fmt: skip
    db.session.execute(insert(Ground).from_select(names, grounds, include_defaults=False))


def reverse_uplift_avoided(request_id: uuid.UUID, reason: str) -> None:
    """A step of undoing an uplift: claims that still wait are refused, approved ones are reversed by entries of their own."""
    of = select(Saving).where(
        Saving.uplift_request_id == request_id, Saving.state.in_(LIVE), Saving.reverses_id.is_(None)
    )
    for saving in db.session.scalars(of.with_for_update(of=Saving)).all():
        take_back(saving, reason, SYSTEM.name)


def claim_by_placement(agreement: Agreement) -> None:
    """A step of starting a placement: what its price saves against another, and its volume discounts.

    Against one other price only: the spot price that was on the table, else the child's place before this one, else the offers.
    """
    db.session.flush()
    baseline = spot_avoided(agreement) or step_down(agreement) or below_benchmark(agreement)
    if baseline is not None:
        _claim_baseline(agreement, baseline)
    claim_volume_discount(agreement)


def claim_volume_discount(agreement: Agreement) -> None:
    """A step of starting a placement, or of approving a variation: discounts for volume that nothing claims yet."""
    line = AgreementFeeLine
    claimed = select(Ground.fee_line_id).where(Ground.agreement_id == agreement.id, Ground.layer == Layer.DISCOUNT)
    lines = select(line).where(
        line.agreement_id == agreement.id, line.kind == FeeKind.DISCOUNT, line.label.icontains(VOLUME),
        line.id.not_in(claimed), line.ends_on.is_(None) | (line.ends_on > line.starts_on),
    )  # fmt: skip
    for discount in db.session.scalars(lines.order_by(line.position)).all():
        _claim(
            agreement, Source.VOLUME_DISCOUNT, Layer.DISCOUNT, discount.starts_on, (discount.amount, Decimal(0)),
            f"Discount “{discount.label}” of agreement {agreement.reference}.", line=discount,
        )  # fmt: skip


def project_of(agreement: Agreement) -> str:
    """SEND or LAC: the project of the framework under which the place was bought."""
    found = db.session.scalar(
        select(Framework.project).join(Lot, Lot.framework_id == Framework.id).where(Lot.id == agreement.lot_id)
    )
    assert found is not None, "every lot has its framework"
    return found


def _claim_baseline(agreement: Agreement, baseline: Baseline) -> None:
    assert agreement.started_on is not None, "claims are made of placements that have begun"
    _claim(
        agreement, baseline.source, Layer.PLACING, agreement.started_on, (baseline.before, baseline.after), baseline.basis,
        ends_on=baseline.ends_on,
    )  # fmt: skip


def _claim(
    agreement: Agreement, source: Source, layer: Layer, starts_on: date, prices: tuple[Decimal, Decimal], basis: str, *,
    ends_on: date | None = None, line: AgreementFeeLine | None = None,
) -> None:  # fmt: skip
    saving = Saving(
        id=uuid.uuid4(), reference=new_reference(agreement.authority.prefix), authority_id=agreement.authority_id,
        project=project_of(agreement), source=source, benefit=BENEFITS[source],
        is_recurring=line is None or line.unit != Unit.ONCE, title=f"{TITLES[source]}: {agreement.reference}", evidence=basis,
        entered_at=clock.now(), entered_by_name=SYSTEM.name,
    )  # fmt: skip
    db.session.add(saving)
    db.session.flush()
    before, after = prices
    db.session.add(
        Ground(
            saving_id=saving.id, authority_id=saving.authority_id, layer=layer, agreement_id=agreement.id,
            fee_line_id=line.id if line else None, starts_on=starts_on, ends_on=ends_on, before=before, after=after, basis=basis,
        )
    )  # fmt: skip
    db.session.flush()


def _uplift_entry(request: UpliftRequest, authority_id: uuid.UUID, prefix: str) -> Saving:
    assert request.agreed is not None, "an uplift is claimed once it is agreed"
    return Saving(
        id=uuid.uuid4(), reference=new_reference(prefix), authority_id=authority_id, project=request.round.framework.project,
        source=Source.UPLIFT_AVOIDED, benefit=Benefit.AVOIDED, is_recurring=True, rating=Rating.GREEN_ON_TARGET,
        title=f"Uplift avoided: {request.provider.name}", uplift_request_id=request.id,
        evidence=f"Uplift request {request.reference}, {request.covers.lower()}: {request.asked.words} asked,"
        f" {request.agreed.words} agreed from {day_plain(request.agreed_from)}.",
        entered_at=clock.now(), entered_by_name=SYSTEM.name,
    )  # fmt: skip
