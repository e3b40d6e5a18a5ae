"""Requesting: a provider asks for an uplift in a round, with reasons and evidence, or takes what it asked back."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import select

from contracts.agreement import Agreement
from contracts.uplift.change import Change
from contracts.uplift.covering import LIVE, UNMOVED
from contracts.uplift.notices import tell_requested, tell_withdrawn
from contracts.uplift.request import UpliftRequest
from contracts.uplift.round import UpliftRound
from contracts.uplift.rule import CostPart
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.files import StoredFile
from foundation.formatting import day_plain, percent
from foundation.permission import Invalid
from foundation.references import new_reference
from foundation.states import hold, move, require
from foundation.submitting import say
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.admission import Admission, AdmissionState
from marketplace.fee_line import FeeKind
from marketplace.framework import Lot
from marketplace.policy import authorise
from marketplace.setting import Setting
from marketplace.uploads import Upload, media_type_of

say(
    "uq_uplift_requests_one_of_a_scope",
    "You have an open request for exactly this in this round. Withdraw it first, or wait for its answer.",
)

#: Kinds of fee that an uplift moves.
FEE_KINDS = [kind.value for kind in FeeKind if kind not in UNMOVED]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a request is about: a setting, an agreement or a list of them (None: all), a kind of fee and a unit (None: all)."""

    setting_id: uuid.UUID | None = None
    agreement_id: uuid.UUID | None = None
    fee_kind: str | None = None
    unit: str | None = None
    #: agreements that the hub picked out
    listed: tuple[uuid.UUID, ...] | None = None

    @property
    def key(self) -> str:
        """The whole as one text."""
        key = f"{self.setting_id or 'all'}/{self.agreement_id or 'all'}/{self.fee_kind or 'all'}"
        if self.unit is not None:
            key += f"/{self.unit}"
        if self.listed is not None:
            key += f"/{uuid.uuid5(uuid.NAMESPACE_OID, ' '.join(sorted(map(str, self.listed))))}"
        return key


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a provider asks, and why."""

    scope: Scope
    change: Change
    reasons: str
    breakdown: str = ""
    #: per cent of the fee that each part of the costs adds
    parts: Mapping[CostPart, Decimal] = field(default_factory=dict)
    evidence: Upload | None = None


def request_uplift(opened: UpliftRound, asked: Asked, *, by: Actor) -> UpliftRequest:
    """A provider asks for an uplift. After the window it is marked late, from outside the lots off-contract; both are read all the same."""
    with transaction():
        authorise(by, Act.REQUEST_UPLIFT, opened)
        require(hold(opened, share=True), Act.REQUEST_UPLIFT)
        _check(opened, asked, by)
        request = _request_of(opened, asked, by)
        db.session.add(request)
        db.session.flush()
        record(Act.REQUEST_UPLIFT, request, by=by, about=opened.hub_id, after={"asked": asked.change.words})
        tell_requested(request, opened, by.organisation_name)
    return request


def withdraw_uplift_request(request: UpliftRequest, *, by: Actor) -> UpliftRequest:
    """A provider takes its request back while nothing is accepted or agreed."""
    with transaction():
        authorise(by, Act.WITHDRAW_UPLIFT_REQUEST, request)
        require(hold(request), Act.WITHDRAW_UPLIFT_REQUEST)
        move(request, Act.WITHDRAW_UPLIFT_REQUEST)
        record(Act.WITHDRAW_UPLIFT_REQUEST, request, by=by, about=request.hub_id)
        tell_withdrawn(request)
    return request


def _check(opened: UpliftRound, asked: Asked, by: Actor) -> None:
    if clock.today() < opened.opens_on:
        raise Invalid(f"The round opens on {day_plain(opened.opens_on)}.")
    if not asked.reasons.strip():
        raise Invalid("Say why the fees must rise.", "reasons")
    if asked.change.rate is not None and asked.scope.fee_kind is None:
        raise Invalid("Choose the kind of fee that the new rate is for.", "fee_kind")
    if (asked.change.rate is None) != (asked.scope.unit is None):
        raise Invalid("Say what the new rate is paid for: a night, a week, a year.", "unit")
    if asked.scope.fee_kind not in (None, *FEE_KINDS):
        raise Invalid("Choose a kind of fee from the list.", "fee_kind")
    if asked.change.percent is not None and not -50 <= asked.change.percent <= 100:
        raise Invalid("Enter a percentage from −50 to 100.", "percent")
    explained = sum(asked.parts.values())
    if asked.parts and asked.change.percent is not None and explained != asked.change.percent:
        raise Invalid(
            f"The parts add up to {percent(explained, 2)}, and you ask for {asked.change.words}. Make them agree.", "percent"
        )  # fmt: skip


def _scope_in_words(opened: UpliftRound, scope: Scope, by: Actor) -> str:
    """What is asked for, in words. A setting and an agreement are the provider's own; an agreement is live, under the round's framework."""
    if scope.setting_id is not None:
        setting = db.session.scalar(select(Setting).where(Setting.id == scope.setting_id))
        if setting is None or setting.provider_id != by.organisation_id:
            raise Invalid("Choose one of your own settings.", "about")
        return covers_in_words(scope.fee_kind, f"at {setting.name}")
    if scope.agreement_id is not None:
        own = db.session.scalar(
            select(Agreement)
            .join(Lot, Lot.id == Agreement.lot_id)
            .where(
                Agreement.id == scope.agreement_id, Agreement.provider_id == by.organisation_id, Agreement.state.in_(LIVE),
                Lot.framework_id == opened.framework_id,
            )
        )  # fmt: skip
        if own is None or (opened.lot_id is not None and own.lot_id != opened.lot_id):
            raise Invalid("Choose one of your own live agreements under this framework.", "about")
        return covers_in_words(scope.fee_kind, f"of {own.reference}")
    return covers_in_words(scope.fee_kind, "of all settings")


def covers_in_words(fee_kind: str | None, place: str) -> str:
    """Core fees at Rowan House; all fees of all settings."""
    return f"{fee_kind.capitalize()} fees {place}" if fee_kind else f"All fees {place}"


def _request_of(opened: UpliftRound, asked: Asked, by: Actor) -> UpliftRequest:
    assert by.organisation_id is not None
    return UpliftRequest(
        reference=new_reference("UPL"), round_id=opened.id, hub_id=opened.hub_id, provider_id=by.organisation_id,
        setting_id=asked.scope.setting_id, agreement_id=asked.scope.agreement_id, fee_kind=asked.scope.fee_kind,
        scope_key=asked.scope.key, covers=_scope_in_words(opened, asked.scope, by),
        percent=asked.change.percent, rate=asked.change.rate, unit=asked.scope.unit, reasons=asked.reasons.strip(),
        breakdown=asked.breakdown.strip(), parts={part.value: str(adds) for part, adds in asked.parts.items()},
        evidence_file_id=_keep(asked.evidence, opened, by),
        is_late=clock.today() > opened.closes_on, is_off_contract=not _is_admitted(opened, by.organisation_id),
        asked_at=clock.now(), asked_by_id=by.person_id, asked_by_name=by.name,
    )  # fmt: skip


def _is_admitted(opened: UpliftRound, provider_id: uuid.UUID) -> bool:
    admitted = (
        select(Admission.id)
        .join(Lot, Lot.id == Admission.lot_id)
        .where(Admission.provider_id == provider_id, Lot.framework_id == opened.framework_id)
        .where(Admission.state.in_((AdmissionState.ADMITTED, AdmissionState.SUSPENDED)))
    )
    if opened.lot_id:
        admitted = admitted.where(Lot.id == opened.lot_id)
    return db.session.scalar(admitted.limit(1)) is not None


def _keep(evidence: Upload | None, opened: UpliftRound, by: Actor) -> uuid.UUID | None:
    """The evidence is the provider's, shared with the hub."""
    if evidence is None:
        return None
    assert by.organisation_id is not None
    kept = StoredFile.of(
        evidence.content, name=evidence.name, media_type=media_type_of(evidence, "evidence"),
        organisation_id=by.organisation_id, shared_with_id=opened.hub_id, stored_by_id=by.person_id,
    )  # fmt: skip
    db.session.add(kept)
    db.session.flush()
    return kept.id
