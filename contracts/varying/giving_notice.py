"""Notice: either side says that the place will end, no sooner than the notice that the terms ask for; ending it is an act of its own."""

from datetime import date, timedelta
from uuid import UUID

from contracts.agreement import Agreement
from contracts.varying.notices import tell_notice_given, tell_notice_withdrawn
from foundation import clock
from foundation.audit import record
from foundation.formatting import day_plain, plural
from foundation.permission import Invalid
from foundation.states import hold, move, require
from foundation.submitting import say
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import authorise, side_of

say("ck_agreements_notice_is_long_enough", "The terms ask for longer notice. Enter a later day.", "ends_on")


def earliest_end(agreement: Agreement) -> date:
    """The first day on which the place may end if notice is given today: the notice days of its terms from now."""
    return clock.today() + timedelta(days=agreement.notice_days)


def give_notice(agreement: Agreement, ends_on: date, reason: str, *, by: Actor) -> Agreement:
    """A side gives notice: the place ends on that day, the first that is not paid. The officer still records the true end."""
    with transaction():
        authorise(by, Act.GIVE_NOTICE, agreement)
        require(hold(agreement), Act.GIVE_NOTICE)
        _require_notice(agreement, ends_on, reason)
        agreement.notice_given_on, agreement.notice_ends_on = clock.today(), ends_on
        agreement.notice_by, agreement.notice_reason = side_of(by), reason.strip()
        move(agreement, Act.GIVE_NOTICE)
        record(
            Act.GIVE_NOTICE, agreement, by=by, about=_other_side(agreement, by),
            after={"ends_on": ends_on, "reason": reason.strip()},
        )  # fmt: skip
        tell_notice_given(agreement)
    return agreement


def withdraw_notice(agreement: Agreement, *, by: Actor) -> Agreement:
    """The side that gave notice takes it back: the placement goes on as agreed."""
    with transaction():
        authorise(by, Act.WITHDRAW_NOTICE, agreement)
        require(hold(agreement), Act.WITHDRAW_NOTICE)
        before = {"ends_on": agreement.notice_ends_on, "given_on": agreement.notice_given_on}
        agreement.notice_given_on = agreement.notice_ends_on = None
        agreement.notice_by = agreement.notice_reason = None
        move(agreement, Act.WITHDRAW_NOTICE)
        record(Act.WITHDRAW_NOTICE, agreement, by=by, about=_other_side(agreement, by), before=before)
        tell_notice_withdrawn(agreement)
    return agreement


def _require_notice(agreement: Agreement, ends_on: date, reason: str) -> None:
    earliest = earliest_end(agreement)
    if ends_on < earliest:
        raise Invalid(
            f"The terms ask for {plural(agreement.notice_days, 'day')} of notice. Enter {day_plain(earliest)} or a later day.",
            "ends_on",
        )
    if not reason.strip():
        raise Invalid("Say why notice is given.", "reason")


def _other_side(agreement: Agreement, by: Actor) -> UUID:
    return agreement.authority_id if by.organisation_id == agreement.provider_id else agreement.provider_id
