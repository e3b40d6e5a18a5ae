"""What the hub weighs a request against: the rule, the cost model beside the provider's own breakdown, peers, the age of the fees.

Nothing here is shown to a provider but what is its own: peers' figures are the hub's alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from statistics import median

from sqlalchemy import select

from contracts.uplift.change import Change
from contracts.uplift.covering import covered_lines
from contracts.uplift.modelling import LiveLine, Model, full_year, model, rest_of_year
from contracts.uplift.queries import indices_of, plain_index, ruling_of
from contracts.uplift.request import CounterOffer, RequestState, UpliftRequest
from contracts.uplift.round import RoundIndex
from contracts.uplift.rule import CostPart, Ruling, cost_model
from foundation.database import db
from foundation.money import to_penny

S = RequestState
#: fees unchanged for this many months on the effective date are legacy fees: two rounds have passed them by
LEGACY_MONTHS = 24
#: pay first, as the cost model is told
ORDER = {part.value: place for place, part in enumerate(CostPart)}


@dataclass(frozen=True, slots=True)
class Peer:
    """What another provider asked in the same round, and what it got so far; per cent."""

    asked: Decimal
    agreed: Decimal | None


@dataclass(frozen=True, slots=True)
class LastUplift:
    """The last uplift that the provider got before this round: what, and from which day."""

    words: str
    from_on: date


@dataclass(frozen=True, slots=True)
class Evidence:
    """The rule, the indices and the cost model of the round; what peers asked and got; the provider's last uplift."""

    ruling: Ruling
    indices: Sequence[RoundIndex]
    cost_model: Decimal | None
    peers: Sequence[Peer]
    last: LastUplift | None

    @property
    def agreed(self) -> list[Decimal]:
        """What peers got, the least first."""
        return sorted(peer.agreed for peer in self.peers if peer.agreed is not None)

    @property
    def agreed_median(self) -> Decimal | None:
        """Half of those who got an uplift got no more; None where nobody has yet."""
        return median(self.agreed) if self.agreed else None

    @property
    def asked_median(self) -> Decimal | None:
        """Half of the peers asked no more; None where there are none."""
        return median(peer.asked for peer in self.peers) if self.peers else None


@dataclass(frozen=True, slots=True)
class Modelled:
    """The effect of what was asked (place 0) and of the other changes, over the twelve months and the rest of the year."""

    names: tuple[str, ...]
    changes: tuple[Change, ...]
    year: Model
    this_year: Model
    lines: tuple[LiveLine, ...]

    @property
    def is_answered(self) -> bool:
        """Whether the last change is an answer of the hub's: made, or being tried."""
        return self.names[-1] in ("Counter", "Tried", "Agreed")

    @property
    def weekly(self) -> Decimal:
        """The average fee a week of an agreement, over the twelve months, in pounds to the penny."""
        agreements = len(self.year.total.agreements)
        return to_penny(Fraction(self.year.total.now) * 7 / (self.year.days * agreements)) if agreements else Decimal(0)

    @property
    def asked_percent(self) -> Decimal | None:
        """What was asked, in per cent of the fees that it covers."""
        return self.year.total.share(0)

    @property
    def oldest(self) -> date | None:
        """Since when the oldest of the fees has stood unchanged."""
        return min((line.line.starts for line in self.lines), default=None)

    @property
    def legacy(self) -> int:
        """How many agreements pay a fee that two rounds or more have passed by."""
        return len({line.agreement_id for line in self.lines if is_legacy(line, self.year.starts_on)})


@dataclass(frozen=True, slots=True)
class Step:
    """One step from today's fee to the request: what it adds a week, from which figure; beside it what the provider says."""

    part: str
    name: str
    weekly: Decimal
    #: per cent of the fee
    percent: Decimal
    source: str
    said: Decimal | None


@dataclass(frozen=True, slots=True)
class Explained:
    """From today's average weekly fee to the request: what the published indices explain, and what they do not."""

    now: Decimal
    steps: tuple[Step, ...]
    model: Decimal
    request: Decimal
    rule: Decimal | None

    @property
    def unexplained(self) -> Decimal:
        """What is asked beyond the model; below nought: less than it supports."""
        return self.request - self.model


def evidence_for(request: UpliftRequest) -> Evidence:
    """What the request is judged beside. Peers are other providers; a provider is never shown them."""
    indices = indices_of(request.round)
    asked = (
        select(UpliftRequest.percent, UpliftRequest.agreed_percent, UpliftRequest.state)
        .where(UpliftRequest.round_id == request.round_id, UpliftRequest.provider_id != request.provider_id)
        .where(UpliftRequest.state.not_in((S.WITHDRAWN, S.SPLIT)), UpliftRequest.percent.is_not(None))
    )
    peers = [
        Peer(percent, agreed if state == S.AGREED else None)
        for percent, agreed, state in db.session.execute(asked)
        if percent is not None
    ]
    model_percent = cost_model([plain_index(entry) for entry in indices])
    return Evidence(ruling_of(request.round, indices), indices, model_percent, peers, _last_uplift(request))


def _last_uplift(request: UpliftRequest) -> LastUplift | None:
    of = (
        select(UpliftRequest)
        .where(UpliftRequest.provider_id == request.provider_id, UpliftRequest.state == S.AGREED)
        .where(UpliftRequest.round_id != request.round_id)
        .order_by(UpliftRequest.agreed_from.desc())
        .limit(1)
    )
    last = db.session.scalar(of)
    if last is None or last.agreed is None or last.agreed_from is None:
        return None
    return LastUplift(last.agreed.words, last.agreed_from)


def modelled(
    request: UpliftRequest, ruling: Ruling, counter: CounterOffer | None, tried: tuple[Change, date] | None
) -> Modelled:
    """What the request, the rule and the counter-offer (or one that is being tried) would add, before anything changes."""
    levels = [("Request", request.asked)]
    if ruling.percent is not None:
        levels.append(("Rule", Change(ruling.percent)))
    from_on = request.round.effective_on
    if tried is not None:
        from_on = tried[1]
        levels.append(("Tried", tried[0]))
    elif counter is not None:
        from_on = counter.effective_on
        levels.append(("Counter", counter.change))
    names, changes = tuple(name for name, _ in levels), tuple(change for _, change in levels)
    lines = covered_lines(request, from_on)
    year, rest = full_year(from_on), rest_of_year(from_on)
    whole = model(lines, changes, year)
    return Modelled(names, changes, whole, whole if rest == year else model(lines, changes, rest), tuple(lines))


def explained(effect: Modelled, evidence: Evidence, request: UpliftRequest) -> Explained | None:
    """The steps of the waterfall, each to the penny and summing to the model; None without a full model or a live fee.

    A step is the fee × weight × index; each is the difference of two rounded levels, so that nothing is lost between them.
    """
    if evidence.cost_model is None or not effect.lines or effect.asked_percent is None:
        return None
    now, steps, reached = effect.weekly, [], Fraction(0)
    for entry in sorted(evidence.indices, key=lambda entry: ORDER.get(entry.part or "", len(ORDER))):
        if entry.weight:
            before, reached = reached, reached + Fraction(entry.weight) * Fraction(entry.percent) / 100
            adds = to_penny(Fraction(now) * reached / 100) - to_penny(Fraction(now) * before / 100)
            steps.append(_step(entry, adds, request))
    rule = evidence.ruling.percent
    return Explained(
        now, tuple(steps), now + to_penny(Fraction(now) * reached / 100),
        now + to_penny(Fraction(now) * Fraction(effect.asked_percent) / 100),
        now + to_penny(Fraction(now) * Fraction(rule) / 100) if rule is not None else None,
    )  # fmt: skip


def _step(entry: RoundIndex, adds: Decimal, request: UpliftRequest) -> Step:
    said = request.parts.get(entry.part) if entry.part else None
    share = (entry.weight * entry.percent / 100).quantize(Decimal("0.01"))
    return Step(entry.part or "", entry.name, adds, share, entry.source, Decimal(said) if said is not None else None)


def breakdown_of(request: UpliftRequest) -> list[tuple[CostPart, Decimal]]:
    """What the provider says that each part of its costs adds, per cent of the fee."""
    return [(part, Decimal(request.parts[part])) for part in CostPart if part in request.parts]


def months_between(earlier: date, later: date) -> int:
    """Whole months."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month - (later.day < earlier.day)


def is_legacy(line: LiveLine, on: date) -> bool:
    """Whether two rounds or more have passed the fee by."""
    return months_between(line.line.starts, on) >= LEGACY_MONTHS
