"""Filling the file: one line for each placement of a looked-after child that cost something in the year so far."""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, select

from contracts.agreement import Agreement
from contracts.section_251.columns import COLUMNS, PLATFORMS
from contracts.spending import Spend, spend_of_periods
from foundation.database import db
from foundation.quarters import FinancialYear
from marketplace.actor import Actor
from marketplace.code_lists import code_list
from marketplace.costing import NOUGHT, Charge
from marketplace.framework import Framework, Lot
from marketplace.setting import Setting, SettingKind
from referrals.child import Identity
from referrals.referral import ReferralAnswers

#: Only where the kind of setting says it without a doubt: the register's words and the national return's agree on these.
PLACEMENT_TYPES = {
    SettingKind.SECURE_CHILDRENS_HOME: "K1", SettingKind.CHILDRENS_HOME: "K2", SettingKind.SUPPORTED_ACCOMMODATION: "K3",
    SettingKind.RESIDENTIAL_FAMILY_CENTRE: "R3",
}  # fmt: skip
#: The register's sectors that name a provider type of the national return without knowing whose home it is.
PROVIDER_TYPES = {"private": "PR4", "voluntary": "PR5"}
#: Where the child lives with a carer, not at the setting's own address.
WITH_A_CARER = frozenset({SettingKind.FOSTERING_AGENCY, SettingKind.LOCAL_AUTHORITY_FOSTERING})

Line = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Lack:
    """A column that is blank in so many placements, and what to do about it."""

    column: str
    placements: int
    advice: str


@dataclass(frozen=True, slots=True)
class Filled:
    """The file's lines, what they cost together, and what they lack."""

    references: tuple[str, ...]
    lines: tuple[Line, ...]
    cost: Decimal

    @property
    def lacks(self) -> list[Lack]:
        """Columns with blanks that ought to hold something, in the file's order."""
        blank = Counter(place for line in self.lines for place, value in enumerate(line) if value in (None, ""))
        return [
            Lack(column.name, blank[place], column.blank)
            for place, column in enumerate(COLUMNS)
            if blank[place] and not column.always
        ]


def spent_in(actor: Actor, year: FinancialYear, today: date) -> list[Spend]:
    """What each placement of the borough cost in the year, up to and including yesterday."""
    until = min(year.day_after, today)
    return (
        spend_of_periods([(year.first_day, until)], authority_id=actor.organisation_id)
        if until > year.first_day
        else []
    )


def fill(actor: Actor, year: FinancialYear, today: date) -> Filled:
    """Every line of the borough's file. The fence of `identities` decides whose identity is read at all."""
    spent = {spend.agreement_id: spend for spend in spent_in(actor, year, today)}
    charges = {key: spend.charge for key, spend in spent.items()}
    facts = _facts(charges, year, today)
    stays = Counter(row.Agreement.child_id for row in facts)
    lines = tuple(_line(row, spent.get(row.Agreement.id), stays[row.Agreement.child_id]) for row in facts)
    return Filled(
        references=tuple(row.Agreement.reference for row in facts), lines=lines,
        cost=sum((charges[row.Agreement.id].borne for row in facts if row.Agreement.id in charges), NOUGHT),
    )  # fmt: skip


def _facts(spent: Iterable[uuid.UUID], year: FinancialYear, today: date) -> Sequence[Row[*tuple[Any, ...]]]:
    """What is known of the agreements, their children and settings, by one statement: looked-after children's only.

    Beside those that cost something stand the placements in block places: the contract pays for them, not a fee of their own.
    """
    in_a_block = (
        (Agreement.bought_by == "block")
        & (Agreement.started_on < min(year.day_after, today))
        & (Agreement.ended_on.is_(None) | (Agreement.ended_on > year.first_day))
    )
    return db.session.execute(
        select(Agreement, Setting, Framework.name.label("framework"), Identity, ReferralAnswers.answers)
        .join(Setting, Setting.id == Agreement.setting_id)
        .join(Lot, Lot.id == Agreement.lot_id)
        .join(Framework, Framework.id == Lot.framework_id)
        .outerjoin(Identity, Identity.child_id == Agreement.child_id)
        .outerjoin(ReferralAnswers, ReferralAnswers.referral_id == Agreement.referral_id)
        .where(Agreement.id.in_(list(spent)) | in_a_block, Agreement.kind == "individual_child_agreement")
        .order_by(Agreement.started_on, Agreement.reference)
    ).all()


def _line(row: Row[*tuple[Any, ...]], spend: Spend | None, stays: int) -> Line:
    """How the place was bought is said as of the year's first day: a spot purchase converted by then is the framework's."""
    agreement, setting = row.Agreement, row.Setting
    bought_by = spend.bought_by if spend else agreement.bought_by
    framework = row.framework if bought_by == "framework" else None
    with_a_carer = setting.kind in WITH_A_CARER
    who, needs = _of_the_child(row.Identity, row.answers or {})
    return (
        who["number"], who["born"], who["sex"], who["ethnicity"], None, needs["category"], needs["plan"], None, None, needs["status"],
        agreement.started_on, agreement.ended_on, None, _reason(agreement.end_reason), stays, PLACEMENT_TYPES.get(setting.kind),
        PROVIDER_TYPES.get((setting.sector or "").strip().lower()), PLATFORMS[bought_by], framework, setting.urn,
        who["postcode"], None if with_a_carer else setting.postcode, None if with_a_carer else setting.authority_code,
        *_cost_of(spend.charge if spend else None, bought_by),
    )  # fmt: skip


def _cost_of(charge: Charge | None, bought_by: str) -> tuple[Decimal | None, ...]:
    """Total, social care, health, education. A block place's price is its contract's; sharing it among children is the borough's choice."""
    if charge is None or bought_by == "block":
        return (None,) * 4
    return charge.borne, charge.social_care, charge.health, charge.education


def _of_the_child(identity: Identity | None, answers: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    who: dict[str, Any] = {"number": None, "born": None, "sex": None, "ethnicity": None, "postcode": None}
    if identity is not None:
        who = {
            "number": identity.case_number, "born": identity.date_of_birth, "sex": identity.sex, "ethnicity": identity.ethnicity,
            "postcode": identity.home_postcode,
        }  # fmt: skip
    plan = {"yes": "Y", "no": "N"}.get(answers.get("ehc_plan", ""))
    return who, {"category": answers.get("category_of_need"), "plan": plan, "status": answers.get("legal_status")}


def _reason(code: str | None) -> str | None:
    """The national return's reason for a placement change; an end of care is none."""
    return code if code in code_list("ssda903_reason_place_change") else None
