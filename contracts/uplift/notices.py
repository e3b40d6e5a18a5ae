"""Letters about uplift rounds: act → who is told. None names a child; agreements are named by reference."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from flask import current_app
from sqlalchemy import select

from contracts.uplift.request import CounterOffer, UpliftRequest
from contracts.uplift.round import UpliftRound
from foundation.database import db
from foundation.formatting import day, money, plural
from foundation.outbox import write_letter
from marketplace.acts import Act
from marketplace.admission import Admission, AdmissionState
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.policy import ASKERS, NEGOTIATORS
from marketplace.roles import Role

#: who reads of uplifts at a borough
PAYERS = (Role.COMMISSIONER, Role.FINANCE_OFFICER)


def tell_round_opened(opened: UpliftRound, authorities: Iterable[Organisation]) -> None:
    """Every borough of the framework, and every provider admitted under it, learns of the round."""
    body = (
        f"{opened.title} is open for {opened.covers}: requests from {day(opened.opens_on)} to {day(opened.closes_on)}, fees from"
        f" {day(opened.effective_on)}. {opened.negotiator} negotiates for all boroughs that take part.\n\n{_round_address(opened)}"
    )
    told = [(authority.id, PAYERS) for authority in authorities]
    told += [(provider_id, ASKERS) for provider_id in _admitted(opened)]
    for organisation_id, roles in told:
        write_letter(
            act=Act.OPEN_UPLIFT_ROUND, organisation_id=organisation_id, to_roles=roles, subject=f"{opened.title} is open", body=body
        )  # fmt: skip


def tell_left_out(opened: UpliftRound, authority: Organisation, joins: bool) -> None:
    """The borough learns whether its agreements are negotiated."""
    subject = f"{authority.name} {'takes part in' if joins else 'is left out of'} {opened.title.lower()}"
    body = f"{subject}, {opened.covers}.\n\n{_round_address(opened)}"
    write_letter(
        act=Act.CHANGE_PARTICIPATION, organisation_id=authority.id, to_roles=PAYERS, subject=subject, body=body
    )


def tell_round_closed(opened: UpliftRound) -> None:
    """The hub's own people learn that the round is over."""
    write_letter(
        act=Act.CLOSE_UPLIFT_ROUND, organisation_id=opened.hub_id, to_roles=NEGOTIATORS, subject=f"{opened.title} is closed",
        body=f"{opened.title}, {opened.covers}, is closed.\n\n{_round_address(opened)}",
    )  # fmt: skip


def tell_requested(request: UpliftRequest, opened: UpliftRound, provider: str) -> None:
    """The hub learns what is asked."""
    said = f"{provider} asks for {request.asked.words}"
    _tell(Act.REQUEST_UPLIFT, request, request.hub_id, NEGOTIATORS, said, f"{said} in {opened.title.lower()}.")


def tell_withdrawn(request: UpliftRequest) -> None:
    """The hub learns that there is nothing to answer."""
    said = f"{request.provider.name} has withdrawn uplift request {request.reference}"
    _tell(Act.WITHDRAW_UPLIFT_REQUEST, request, request.hub_id, NEGOTIATORS, said, f"{said}.")


def tell_commented(request: UpliftRequest, borough: str) -> None:
    """The hub learns that a borough has commented."""
    said = f"{borough} has commented on uplift request {request.reference}"
    _tell(Act.COMMENT_ON_UPLIFT, request, request.hub_id, NEGOTIATORS, said, f"{said}.")


def tell_countered(request: UpliftRequest, made: CounterOffer) -> None:
    """The provider reads the counter-offer and its reason."""
    said = f"Counter-offer to your uplift request {request.reference}: {made.change.words}"
    body = (
        f"You asked for {request.asked.words}. The hub offers {made.change.words} from {day(made.effective_on)}.\n\n{made.reason}\n\n"
        f"You can accept it, or appeal within {plural(request.round.appeal_days, 'working day')}."
    )
    _tell(Act.COUNTER_UPLIFT, request, request.provider_id, ASKERS, said, body)


def tell_accepted(request: UpliftRequest) -> None:
    """The hub learns that it can agree."""
    said = f"{request.provider.name} accepts the counter-offer to {request.reference}"
    _tell(Act.ACCEPT_COUNTER, request, request.hub_id, NEGOTIATORS, said, f"{said}. Agree it to change the fees.")


def tell_refused(request: UpliftRequest) -> None:
    """The provider reads the reason, and how long it may appeal."""
    said = f"Uplift request {request.reference} is refused"
    days = plural(request.round.appeal_days, "working day")
    body = f"{said}.\n\n{request.answer_reason}\n\nYou may appeal within {days}. Somebody else decides the appeal."
    _tell(Act.REFUSE_UPLIFT, request, request.provider_id, ASKERS, said, body)


def tell_split(request: UpliftRequest, parts: Sequence[UpliftRequest]) -> None:
    """The provider learns that its request is answered in parts, and which they are."""
    said = f"Uplift request {request.reference} is answered in {len(parts)} parts"
    rows = [f"{part.reference}: {part.covers}" for part in parts]
    body = f"{said}. What you asked is the same in each.\n\n" + "\n".join(rows)
    _tell(Act.SPLIT_UPLIFT_REQUEST, request, request.provider_id, ASKERS, said, body)


def tell_appealed(request: UpliftRequest) -> None:
    """The hub learns of the appeal."""
    said = f"{request.provider.name} appeals over uplift request {request.reference}"
    body = f"{said}.\n\n{request.appeal_reason}\n\nSomebody else than who gave the answer decides it."
    _tell(Act.APPEAL_UPLIFT, request, request.hub_id, NEGOTIATORS, said, body)


def tell_dismissed(request: UpliftRequest) -> None:
    """The provider reads why its appeal fails."""
    said = f"The appeal over uplift request {request.reference} is dismissed"
    _tell(Act.DISMISS_APPEAL, request, request.provider_id, ASKERS, said, f"{said}.\n\n{request.answer_reason}")


def tell_agreed(
    act: Act, request: UpliftRequest, schedule: Sequence[tuple[str, str, Decimal, Decimal]], agreements: int
) -> None:
    """The provider gets one letter with every fee that changes."""
    assert request.agreed is not None
    said = f"Uplift request {request.reference}: {request.agreed.words} agreed from {day(request.agreed_from)}"
    rows = [f"{agreement}, {label}: {money(old)} becomes {money(new)}" for agreement, label, old, new in schedule]
    body = f"{said}, on {plural(agreements, 'agreement')}.\n\n" + "\n".join(rows)
    _tell(act, request, request.provider_id, ASKERS, said, body)


def tell_undone(request: UpliftRequest, schedule: Sequence[tuple[str, str, Decimal, Decimal]]) -> None:
    """The provider reads why the agreed uplift is taken back, and which fees go on at the old amount."""
    said = f"Uplift request {request.reference}: the agreed uplift is undone from {day(request.undone_from)}"
    rows = [f"{agreement}, {label}: {money(raised)} becomes {money(old)}" for agreement, label, raised, old in schedule]
    body = f"{said}.\n\n{request.undone_reason}\n\n" + "\n".join(rows)
    _tell(Act.UNDO_UPLIFT, request, request.provider_id, ASKERS, said, body)


def tell_boroughs_undone(request: UpliftRequest, boroughs: Mapping[uuid.UUID, int]) -> None:
    """Each borough learns how many of its agreements go back to their old fees."""
    said = f"{request.provider.name}: the agreed uplift is undone from {day(request.undone_from)}"
    for authority_id, count in boroughs.items():
        body = f"{said}. The fees of {plural(count, 'agreement')} of yours go back to what they were."
        _tell(Act.UNDO_UPLIFT, request, authority_id, PAYERS, said, body)


def tell_boroughs_agreed(act: Act, request: UpliftRequest, boroughs: Mapping[uuid.UUID, int]) -> None:
    """Each borough learns how many of its agreements change."""
    assert request.agreed is not None
    said = f"{request.provider.name}: {request.agreed.words} agreed from {day(request.agreed_from)}"
    for authority_id, count in boroughs.items():
        body = f"{said}. The fees of {plural(count, 'agreement')} of yours change on that day."
        _tell(act, request, authority_id, PAYERS, said, body)


def _admitted(opened: UpliftRound) -> Sequence[uuid.UUID]:
    """Providers that stand in the framework's lots, or in the one lot of the round."""
    statement = (
        select(Admission.provider_id).join(Lot, Lot.id == Admission.lot_id).where(Lot.framework_id == opened.framework_id)
    ).where(Admission.state.in_((AdmissionState.ADMITTED, AdmissionState.SUSPENDED)))  # fmt: skip
    if opened.lot_id:
        statement = statement.where(Lot.id == opened.lot_id)
    return db.session.scalars(statement.distinct()).all()


def _tell(
    act: Act, request: UpliftRequest, organisation_id: uuid.UUID, roles: Iterable[Role], subject: str, body: str
) -> None:
    address = f"{current_app.config['SETTINGS'].public_url}/uplifts/requests/{request.reference}"
    write_letter(act=act, organisation_id=organisation_id, to_roles=roles, subject=subject, body=f"{body}\n\n{address}")


def _round_address(opened: UpliftRound) -> str:
    return f"{current_app.config['SETTINGS'].public_url}/uplifts/{opened.reference}"
