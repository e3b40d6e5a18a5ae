"""The desk at which an offer is written: the referral in hand, the provider's settings in the lot, their rates, and the form."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from foundation import clock
from foundation.database import db
from foundation.formatting import money
from marketplace.actor import Actor
from marketplace.admission import Admission, AdmissionSetting, AdmissionState
from marketplace.setting import Rate, Setting
from marketplace.setting_term import terms_of
from marketplace.terms_of_year import NO_TERMS, TermDates
from referrals.fee_fields import KINDS, UNITS, weeks_as_typed
from referrals.invited_referral import InvitedReferral, in_brief, invitation_of, invitation_to
from referrals.offer import Offer, OfferFeeLine, OfferNeed
from referrals.offer_form import FIRST_LINES, OfferForm, lines_wanted, offer_form
from referrals.offer_list import parts_of
from referrals.offer_terms import Fee

#: How long after its start an offer stands, unless the provider says otherwise.
STANDS = timedelta(days=14)


@dataclass(frozen=True)
class AgainstRate:
    """A fee line beside the setting's rate for the same thing in this lot."""

    what: str
    offered: Decimal
    rate: Decimal
    unit: str

    @property
    def in_words(self) -> str:
        """The difference, said: £70.00 less a week than your rate of £4,450.00."""
        gap = self.offered - self.rate
        if not gap:
            return f"{self.what}: your rate of {money(self.rate)} a {self.unit}"
        return f"{self.what}: {money(abs(gap))} {'more' if gap > 0 else 'less'} than your rate of {money(self.rate)} a {self.unit}"


@dataclass(frozen=True)
class OfferDesk:
    """Everything at hand while an offer is written; `offer` is the one that is being changed."""

    hand: InvitedReferral
    settings: Sequence[Setting]
    rates: Sequence[Rate]
    offer: Offer | None = None
    offered_needs: Sequence[OfferNeed] = ()
    offered_lines: Sequence[OfferFeeLine] = ()

    def form(self) -> OfferForm:
        """The form, as typed so far, or as the offer stands, or empty."""
        lines = lines_wanted(max(FIRST_LINES, len(self.offered_lines)))
        kind = offer_form(tuple(self.hand.needs), tuple(self.hand.referral.lot.criteria), lines)
        form = kind(data=self._changed() if self.offer else self._fresh())
        form.setting.choices = [(str(setting.id), setting.name) for setting in self.settings]
        form.lines.data = lines
        return form

    def terms(self, form: OfferForm) -> TermDates:
        """The term dates of the setting that is chosen."""
        chosen = [setting.id for setting in self.settings if str(setting.id) == form.setting.data]
        return terms_of(chosen)[chosen[0]] if chosen else NO_TERMS

    def against_rates(self, form: OfferForm) -> list[AgainstRate]:
        """The typed fee lines for which the chosen setting has a rate of the same kind and unit."""
        chosen = {rate.kind: rate for rate in self.rates if str(rate.setting_id) == form.setting.data}
        fees: Sequence[Fee] = form.fees(form.starts_on.data or clock.today())
        return [
            AgainstRate(fee.label, fee.amount, chosen[fee.kind].amount, UNITS[fee.unit])
            for fee in fees
            if fee.kind in chosen and chosen[fee.kind].unit == fee.unit
        ]

    def _fresh(self) -> dict[str, Any]:
        referral, fitting = self.hand.referral, [each["setting_id"] for each in self.hand.invitation.settings]
        start = max(referral.needed_by or clock.today(), clock.today())
        return {
            "setting": fitting[0] if fitting else None,
            "starts_on": start,
            "valid_until": start + STANDS,
            "fee_0_kind": "core",
            "fee_0_label": KINDS[next(iter(KINDS))],
            "fee_0_unit": "week",
        }

    def _changed(self) -> dict[str, Any]:
        offer = self.offer
        assert offer is not None
        said: dict[str, Any] = {
            name: getattr(offer, name) for name in ("starts_on", "valid_until", "approach", "impact", "version")
        }
        said["setting"] = offer.setting_id
        said |= {f"criterion_{key}": answer for key, answer in offer.criterion_answers.items()}
        for need in self.offered_needs:
            said |= {f"need_{need.need}_level": need.level.value, f"need_{need.need}_evidence": need.evidence}
        for number, outcome in enumerate(offer.outcomes):
            said |= {f"outcome_{number}_{part}": text for part, text in outcome.items()}
        for position, line in enumerate(self.offered_lines):
            said |= {f"fee_{position}_{name}": value for name, value in _typed(line, offer).items()}
        return said


def desk_for(reference: str, actor: Actor) -> OfferDesk:
    """The desk for a new offer on a referral to which the provider was invited."""
    found = invitation_of(reference, actor)
    lot_id = found[1].lot_id
    return OfferDesk(in_brief(actor, found), _settings(actor, lot_id), _rates(actor, lot_id))


def desk_of(offer: Offer, actor: Actor) -> OfferDesk:
    """The desk at which an offer is changed."""
    found = invitation_to(offer.referral_id, actor)
    lot_id, (needs, lines) = found[1].lot_id, parts_of(offer)
    return OfferDesk(in_brief(actor, found), _settings(actor, lot_id), _rates(actor, lot_id), offer, needs, lines)


def _settings(actor: Actor, lot_id: uuid.UUID) -> Sequence[Setting]:
    """The provider's settings that are admitted to the lot now."""
    return db.session.scalars(
        select(Setting)
        .join(AdmissionSetting, AdmissionSetting.setting_id == Setting.id)
        .join(Admission, Admission.id == AdmissionSetting.admission_id)
        .where(
            Setting.provider_id == actor.organisation_id,
            Admission.lot_id == lot_id,
            Admission.state == AdmissionState.ADMITTED,
        )
        .order_by(Setting.name)
    ).all()


def _rates(actor: Actor, lot_id: uuid.UUID) -> Sequence[Rate]:
    """The rate cards of those settings in the lot, the latest of each line last."""
    return db.session.scalars(
        select(Rate)
        .where(Rate.provider_id == actor.organisation_id, Rate.lot_id == lot_id, Rate.applies_from <= clock.today())
        .order_by(Rate.applies_from)
    ).all()


def _typed(line: OfferFeeLine, offer: Offer) -> dict[str, Any]:
    """A fee line as it would have been typed."""
    starts = (line.starts_on - offer.starts_on).days // 7 + 1
    return {
        "kind": line.kind,
        "label": line.label,
        "amount": f"{line.amount:.2f}",
        "unit": line.unit,
        "quantity": f"{line.quantity.normalize():f}",
        "from": starts if starts > 1 else None,
        "to": (line.ends_on - offer.starts_on).days // 7 if line.ends_on else None,
        "calendar": line.calendar,
        "weeks": weeks_as_typed(line.weeks),
        "vat": f"{line.vat_rate.normalize():f}" if line.vat_rate else "",
        "recoverable": "yes" if line.vat_recoverable else "no",
    }
