"""Converting: once its setting is admitted to the lot, a spot placement counts from a day on as bought through the framework."""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, select

from contracts.agreement import Agreement
from contracts.drafting import terms_in_force
from contracts.spot.deciding import agreement_of, hold_at
from contracts.spot.notices import tell_converted
from contracts.spot.purchase import SpotPurchase
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.formatting import day_plain
from foundation.permission import Invalid, NotNow
from foundation.states import hold, require
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.admission import Admission, AdmissionSetting, AdmissionState
from marketplace.policy import authorise

#: How far ahead a conversion may be fixed: the first of next month.
AHEAD = timedelta(days=31)


def convert_spot_purchase(purchase: SpotPurchase, on: date, *, version: int | None = None, by: Actor) -> Agreement:
    """A manager lets the placement count as bought through the framework from a day on, under its terms of that day.

    Nothing of the past changes: what was paid before the day stays spot, and so do the agreement's own fees and notice.
    """
    with transaction():
        authorise(by, Act.CONVERT_SPOT_PURCHASE, purchase)
        require(hold_at(purchase, version), Act.CONVERT_SPOT_PURCHASE)
        agreement = _running(purchase)
        _check(agreement, on)
        agreement.terms_version_id = terms_in_force(purchase.lot, on).id
        agreement.converted_on = on
        record(
            Act.CONVERT_SPOT_PURCHASE, purchase, by=by, about=purchase.provider_id,
            before={"bought_by": "spot"}, after={"bought_by": "framework", "from": on, "agreement": agreement.reference},
        )  # fmt: skip
        tell_converted(purchase, agreement)
    return agreement


def admitted_on(agreement: Agreement) -> date | None:
    """The day on which the agreement's setting was admitted to its lot; None while it is not."""
    decided = db.session.scalar(
        select(func.min(Admission.decided_at))
        .join(AdmissionSetting, AdmissionSetting.admission_id == Admission.id)
        .where(
            AdmissionSetting.setting_id == agreement.setting_id, Admission.lot_id == agreement.lot_id,
            Admission.state == AdmissionState.ADMITTED,
        )
    )  # fmt: skip
    return decided.astimezone(clock.LONDON).date() if decided else None


def is_convertible() -> ColumnElement[bool]:
    """Of an agreement that runs: bought by spot, not converted yet, its setting admitted to its lot by now."""
    standing = (
        select(AdmissionSetting.id)
        .join(Admission, Admission.id == AdmissionSetting.admission_id)
        .where(
            AdmissionSetting.setting_id == Agreement.setting_id, Admission.lot_id == Agreement.lot_id,
            Admission.state == AdmissionState.ADMITTED,
        )
    )  # fmt: skip
    running = Agreement.state.in_(Agreement.MOVES[Act.CONVERT_SPOT_PURCHASE].from_states)
    return (Agreement.bought_by == "spot") & Agreement.converted_on.is_(None) & running & standing.exists()


def _running(purchase: SpotPurchase) -> Agreement:
    agreement = agreement_of(purchase)
    if agreement is None:
        raise NotNow("No placement runs under this purchase yet.")
    require(hold(agreement), Act.CONVERT_SPOT_PURCHASE)
    if agreement.converted_on is not None:
        raise NotNow(f"This placement counts as bought through the framework from {day_plain(agreement.converted_on)}.")
    return agreement


def _check(agreement: Agreement, on: date) -> None:
    admitted = admitted_on(agreement)
    if admitted is None:
        raise NotNow(f"{agreement.setting.name} is not admitted to {agreement.lot.name}.")
    started = agreement.started_on
    assert started is not None, "the database keeps the first day of every running placement"
    earliest = max(admitted, started)
    if on < earliest:
        raise Invalid(
            f"{agreement.setting.name} was admitted on {day_plain(admitted)}. Enter {day_plain(earliest)} or a later day.",
            "on",
        )
    if on > clock.today() + AHEAD:
        raise Invalid("Enter a day within the next 31 days.", "on")
