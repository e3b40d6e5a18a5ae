"""The one way in which fee lines change once an agreement is signed: an old line closes on a day, a new one begins on it.

Steps inside a verb's transaction, shared by variations, absences and uplifts; the verb has authorised, and holds the agreement.
Nothing is deleted and no amount is edited. A change from a day holds until the next change of the same fee that is agreed
already, so the order in which changes are agreed does not matter to the cost.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import Any, NamedTuple

from contracts.agreement import Agreement, AgreementFeeLine
from foundation.database import db
from foundation.permission import Invalid
from foundation.submitting import say
from marketplace.fee_line import FeeLine
from marketplace.payer_shares import PayersFrom, PayerShares

#: the database's exclusion constraint, in words
OVERLAP = (
    "The agreement has a fee of this kind and name on some of these days already. Change that fee, or give the new one"
    " another name."
)

say("ex_agreement_fee_lines_overlap", OVERLAP)
say("ck_agreement_fee_lines_ends_after_starting", "A fee cannot end before it starts.")
say("ck_agreement_fee_lines_amount_positive", "Enter an amount above nought.")


class NewRate(NamedTuple):
    """A line that is paid at another amount from a day on, until the day on which it would have ended."""

    line: AgreementFeeLine
    from_day: date
    amount: Decimal


def replace_line(line: AgreementFeeLine, from_day: date, amount: Decimal) -> AgreementFeeLine:
    """Close the line on the day and go on from there at the new amount, in pounds and whole pennies; gives the new line."""
    return replace_lines([NewRate(line, from_day, amount)])[0]


def replace_lines(changes: Iterable[NewRate]) -> list[AgreementFeeLine]:
    """The same for many lines in as many statements as for one. A change from before a line's first day takes effect on that day."""
    new, asked = [], list(changes)
    for line, from_day, amount in asked:
        new.append(_successor(line, max(from_day, line.starts_on), amount))
    for line, from_day, _ in asked:
        close_line(line, from_day)
    db.session.flush()  # the old lines make room first: the database lets no two of one kind and name overlap
    db.session.add_all(new)
    db.session.flush()
    return new


def close_line(line: AgreementFeeLine, on: date) -> None:
    """The line is not paid from that day on. One that would have begun later closes on its own first day: it was never paid."""
    if line.ends_on is None or line.ends_on > on:
        line.ends_on = max(on, line.starts_on)


def add_line(agreement: Agreement, line: FeeLine, position: int) -> AgreementFeeLine:
    """A new line of the agreement; the database refuses one that overlaps another of its kind and name."""
    added = AgreementFeeLine(
        agreement_id=agreement.id, authority_id=agreement.authority_id, provider_id=agreement.provider_id, position=position,
        **columns_of(line),
    )  # fmt: skip
    db.session.add(added)
    db.session.flush()
    return added


def columns_of(line: FeeLine) -> dict[str, Any]:
    """Everything that a fee line says, as the columns of an agreement's line hold it."""
    return {
        "kind": line.kind.value, "label": line.label, "amount": line.amount, "quantity": line.quantity, "unit": line.unit.value,
        "calendar": line.calendar.value, "weeks": list(line.weeks), "starts_on": line.starts, "ends_on": line.ends,
        "vat_rate": line.vat_rate, "vat_recoverable": line.vat_recoverable, "social_care_share": line.shares.social_care,
        "education_share": line.shares.education, "health_share": line.shares.health,
        "payer_changes": [kept_payers(change) for change in line.payers_from],
    }  # fmt: skip


def change_payers(lines: Iterable[AgreementFeeLine], from_day: date, shares: PayerShares) -> None:
    """From a day on others pay these lines, all of one fee; a change that was agreed for a later day holds from that day still.

    No line is split: who pays moves no penny of what the provider gets, and rates change on days of their own.
    """
    change = PayersFrom(from_day, shares)
    for line in lines:
        if line.ends_on is not None and line.ends_on <= from_day:
            continue
        others = [kept for kept in line.payer_changes if kept["from"] != from_day.isoformat()]
        line.payer_changes = sorted([*others, kept_payers(change)], key=itemgetter("from"))
    db.session.flush()


def kept_payers(change: PayersFrom) -> dict[str, Any]:
    """The change as the line keeps it."""
    return {"from": change.day.isoformat(), "shares": [f"{share:.2f}" for share in change.shares.percentages]}


def paid(lines: Iterable[AgreementFeeLine]) -> list[AgreementFeeLine]:
    """The lines that are paid on some day: those closed on their first day never were."""
    return [line for line in lines if line.ends_on is None or line.ends_on > line.starts_on]


def line_paid_on(lines: Sequence[AgreementFeeLine], kind: str, label: str, day: date) -> AgreementFeeLine | None:
    """The line of that kind and name that is paid on the day; None where there is none."""
    return next((line for line in paid(lines) if (line.kind, line.label) == (kind, label) and _covers(line, day)), None)


def _covers(line: AgreementFeeLine, day: date) -> bool:
    return line.starts_on <= day and (line.ends_on is None or day < line.ends_on)


def _successor(line: AgreementFeeLine, from_day: date, amount: Decimal) -> AgreementFeeLine:
    if line.ends_on is not None and line.ends_on <= from_day:
        raise Invalid(f"{line.label} is not paid on {from_day:%-d %B %Y} or after it, so its rate cannot change then.")
    following = replace(line.reckoned, amount=amount, starts=from_day)
    return AgreementFeeLine(
        agreement_id=line.agreement_id, authority_id=line.authority_id, provider_id=line.provider_id, position=line.position,
        **columns_of(following),
    )  # fmt: skip
