"""Splitting: the hub parts a request by setting, by kind of fee, or by single agreements, so that each part has its own answer.

What was asked stays the same in every part; a part is a request like any other from then on. A counter-offer on some of the agreements
splits them off and answers them at once: the others wait for an answer of their own, so that no agreement is left without one.
"""

import uuid
from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum

from contracts.uplift.answering import Counter, lay_counter
from contracts.uplift.covering import covered_lines
from contracts.uplift.modelling import LiveLine
from contracts.uplift.notices import tell_split
from contracts.uplift.request import CounterOffer, RequestAgreement, UpliftRequest
from contracts.uplift.requesting import Scope, covers_in_words
from foundation.audit import record
from foundation.database import db
from foundation.formatting import plural
from foundation.permission import Invalid
from foundation.references import new_reference
from foundation.states import hold, move, require
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import authorise


class Cut(StrEnum):
    """Along what a request is split."""

    SETTING = "setting"
    FEE_KIND = "fee_kind"
    AGREEMENTS = "agreements"


Part = tuple[Scope, str]


def split_uplift_request(
    request: UpliftRequest, cut: Cut = Cut.SETTING, chosen: Collection[uuid.UUID] = (), *, by: Actor
) -> list[UpliftRequest]:
    """The hub splits a request by setting, by kind of fee, or `chosen` agreements from the rest. The provider is told."""
    with transaction():
        authorise(by, Act.SPLIT_UPLIFT_REQUEST, request)
        require(hold(request), Act.SPLIT_UPLIFT_REQUEST)
        return _split(request, cut, chosen, by)


def counter_part(request: UpliftRequest, chosen: Collection[uuid.UUID], counter: Counter, *, by: Actor) -> CounterOffer:
    """The hub makes a counter-offer on the chosen agreements only: they become a part of their own, the others another."""
    with transaction():
        authorise(by, Act.SPLIT_UPLIFT_REQUEST, request)
        require(hold(request), Act.SPLIT_UPLIFT_REQUEST)
        first, *_ = _split(request, Cut.AGREEMENTS, chosen, by)
        return lay_counter(first, counter, by)


def _split(request: UpliftRequest, cut: Cut, chosen: Collection[uuid.UUID], by: Actor) -> list[UpliftRequest]:
    lines = covered_lines(request, request.round.effective_on)
    scopes = list(_scopes(request, lines, cut, chosen))
    if len(scopes) < 2:
        raise Invalid(NOTHING[cut], "cut")
    move(request, Act.SPLIT_UPLIFT_REQUEST)
    db.session.flush()  # the whole makes room: one request of a scope is open at a time
    parts = [_part_of(request, scope, covers) for scope, covers in scopes]
    db.session.add_all(parts)
    db.session.flush()
    of = {line.agreement_id: line.authority_id for line in lines}
    for part, (scope, _) in zip(parts, scopes, strict=True):
        db.session.add_all(_entry(part, key, of[key]) for key in scope.listed or ())
    record(Act.SPLIT_UPLIFT_REQUEST, request, by=by, about=request.provider_id, after={"by": cut, "parts": len(parts)})
    tell_split(request, parts)
    return parts


#: why a split is refused
NOTHING = {
    Cut.SETTING: "This request covers one setting, so there is nothing to split by setting.",
    Cut.FEE_KIND: "This request covers one kind of fee, so there is nothing to split by it.",
    Cut.AGREEMENTS: "Choose some of its agreements, and leave at least one.",
}


def _scopes(
    request: UpliftRequest, lines: Sequence[LiveLine], cut: Cut, chosen: Collection[uuid.UUID]
) -> Iterator[Part]:
    """The parts' scopes, each with its words; they cover between them what the whole covers."""
    if cut is Cut.SETTING:
        for setting, name in sorted({(line.setting_id, line.setting) for line in lines}, key=lambda one: one[1]):
            own = [line for line in lines if line.setting_id == setting]
            yield _narrowed(request, own, setting_id=setting), covers_in_words(request.fee_kind, f"at {name}")
    elif cut is Cut.FEE_KIND:
        for kind in sorted({line.line.kind.value for line in lines}):
            own = [line for line in lines if line.line.kind == kind]
            yield (
                _narrowed(request, own, fee_kind=kind),
                request.covers.replace("All fees", f"{kind.capitalize()} fees"),
            )
    else:
        picked = {line.agreement_id for line in lines} & set(chosen)
        rest = {line.agreement_id for line in lines} - picked
        for keys in (picked, rest) if picked and rest else ():
            scope = Scope(request.setting_id, None, request.fee_kind, request.unit, tuple(sorted(keys)))
            yield scope, covers_in_words(request.fee_kind, f"of {plural(len(keys), 'chosen agreement')}")


def _narrowed(request: UpliftRequest, own: Sequence[LiveLine], **narrower: object) -> Scope:
    """The request's own scope and one thing more; a list of agreements goes on as those of its own that are on it."""
    listed = tuple(sorted({line.agreement_id for line in own})) if request.is_listed else None
    whole: dict[str, object] = {
        "setting_id": request.setting_id, "agreement_id": request.agreement_id, "fee_kind": request.fee_kind,
        "unit": request.unit, "listed": listed,
    }  # fmt: skip
    return Scope(**(whole | narrower))  # type: ignore[arg-type]


def _part_of(request: UpliftRequest, scope: Scope, covers: str) -> UpliftRequest:
    return UpliftRequest(
        reference=new_reference("UPL"), round_id=request.round_id, hub_id=request.hub_id, provider_id=request.provider_id,
        setting_id=scope.setting_id, agreement_id=scope.agreement_id, fee_kind=scope.fee_kind, unit=scope.unit,
        is_listed=scope.listed is not None, scope_key=scope.key, covers=covers.strip(), percent=request.percent,
        rate=request.rate, reasons=request.reasons, breakdown=request.breakdown, parts=request.parts,
        evidence_file_id=request.evidence_file_id, is_late=request.is_late, is_off_contract=request.is_off_contract,
        part_of_id=request.id, asked_at=request.asked_at, asked_by_id=request.asked_by_id,
        asked_by_name=request.asked_by_name,
    )  # fmt: skip


def _entry(part: UpliftRequest, agreement_id: uuid.UUID, authority_id: uuid.UUID) -> RequestAgreement:
    return RequestAgreement(
        request_id=part.id, agreement_id=agreement_id, provider_id=part.provider_id, authority_id=authority_id,
        hub_id=part.hub_id,
    )  # fmt: skip
