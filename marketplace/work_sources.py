"""What *Your work* says of the marketplace: applications to decide and their outcomes, settings to complete, vacancies to confirm."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from sqlalchemy import func, select

from foundation import clock
from foundation.database import db
from foundation.formatting import plural
from foundation.working_days import add_working_days, london_day, london_instant
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.admission import Admission, AdmissionState
from marketplace.admission_words import standing_badge
from marketplace.admitting import DECISION_DAYS
from marketplace.framework import Lot, RegisterImport
from marketplace.organisation import Organisation
from marketplace.policy import POLICY
from marketplace.roles import Kind
from marketplace.setting import ASKED_AGAIN_AFTER, STALE_AFTER, Setting
from marketplace.work import Group, WorkItem

MOST = 20
END_OF_DAY = time(17, 0)
NEWS_FOR = timedelta(days=7)


def items_of(actor: Actor) -> Iterator[WorkItem]:
    """The hub's applications and imports; a provider's settings, vacancies and applications."""
    if actor.kind is Kind.HUB:
        if actor.roles & POLICY[Act.ADMIT_PROVIDER].roles:
            yield from _to_decide()
        if actor.roles & POLICY[Act.UPLOAD_REGISTER].roles:
            yield from _imported(actor)
    elif actor.kind is Kind.PROVIDER:
        if actor.roles & POLICY[Act.CHANGE_SETTING].roles:
            yield from _to_complete(actor)
            yield from _applications(actor)
        if actor.roles & POLICY[Act.CONFIRM_VACANCIES].roles:
            yield from _to_confirm(actor)


def _to_decide() -> Iterator[WorkItem]:
    """Applications that wait for the hub, each due on the tenth working day."""
    rows = db.session.execute(
        select(Admission.reference, Admission.applied_at, Organisation.name, Lot.name)
        .join(Organisation, Organisation.id == Admission.provider_id)
        .join(Lot, Lot.id == Admission.lot_id)
        .where(Admission.state == AdmissionState.APPLIED)
        .order_by(Admission.applied_at)
        .limit(MOST)
    )
    for reference, applied_at, provider, lot in rows:
        href = f"/admissions/{reference}"
        yield WorkItem(
            Group.NOW, provider, href, f"Application to {lot}", ("wait", "Applied"), "Decide on the application", href,
            due_at=london_instant(add_working_days(london_day(applied_at), DECISION_DAYS), END_OF_DAY),
        )  # fmt: skip


def _imported(actor: Actor) -> Iterator[WorkItem]:
    """The latest import of the register, for a week."""
    row = db.session.execute(
        select(
            RegisterImport.reference, RegisterImport.file_name, RegisterImport.at, RegisterImport.finished_at,
            RegisterImport.problem, func.jsonb_array_length(RegisterImport.findings),
        )
        .where(RegisterImport.hub_id == actor.organisation_id, RegisterImport.at >= clock.now() - NEWS_FOR)
        .order_by(RegisterImport.at.desc())
        .limit(1)
    ).one_or_none()  # fmt: skip
    if row is None:
        return
    reference, name, at, finished_at, problem, findings = row
    href = f"/register/{reference}"
    if problem:
        yield WorkItem(
            Group.NOW, "Ofsted’s register", href, name, ("bad", "Nothing imported"), "See why, and send it again", href
        )
    elif finished_at:
        badge = ("ok", "Imported")
        yield WorkItem(
            Group.DONE, "Ofsted’s register", href, name, badge, f"Read {plural(findings, 'finding')}", href, at=at
        )


def _to_complete(actor: Actor) -> Iterator[WorkItem]:
    """Settings that cannot be brought into a lot yet, in one line: the first of them leads on."""
    missing = (
        Setting.postcode.is_(None)
        | Setting.places.is_(None)
        | Setting.age_from.is_(None)
        | Setting.age_to.is_(None)
        | Setting.accepts.is_(None)
    )
    row = db.session.execute(
        select(func.count(), func.min(Setting.name)).where(Setting.provider_id == actor.organisation_id, missing)
    ).one()
    if row[0]:
        others = f" and {plural(row[0] - 1, 'other')}" if row[0] > 1 else ""
        yield WorkItem(
            Group.NOW, plural(row[0], "setting"), "/settings", f"{row[1]}{others}", ("warn", "Incomplete"),
            "Complete the settings", "/settings", "Only complete settings can be brought into a lot",
        )  # fmt: skip


def _to_confirm(actor: Actor) -> Iterator[WorkItem]:
    """Vacancies that were said more than 14 days ago, or never, in one line."""
    said = Setting.vacancies_confirmed_at
    complete = Setting.provider_id == actor.organisation_id, Setting.accepts.is_not(None), Setting.places.is_not(None)
    number, oldest, name = db.session.execute(
        select(func.count(), func.min(said), func.min(Setting.name)).where(
            *complete, said.is_(None) | (said < clock.now() - ASKED_AGAIN_AFTER)
        )
    ).one()
    if number:
        yield WorkItem(
            Group.NOW, f"Vacancies of {plural(number, 'setting')}", "/settings",
            name if number == 1 else f"{name} and {plural(number - 1, 'other')}", ("warn", "To be confirmed"),
            "Say whether they are still right", "/settings", "Shown as stale after 21 days", due_at=_stale_from(oldest),
        )  # fmt: skip


def _applications(actor: Actor) -> Iterator[WorkItem]:
    """Applications that the hub has, and what it decided this week."""
    rows = db.session.execute(
        select(
            Admission.reference, Lot.name, Admission.state, Admission.tier, Admission.applied_at, Admission.decided_at
        )
        .join(Lot, Lot.id == Admission.lot_id)
        .where(
            Admission.provider_id == actor.organisation_id,
            Admission.state != AdmissionState.WITHDRAWN,
            Admission.decided_at.is_(None) | (Admission.decided_at >= clock.now() - NEWS_FOR),
        )
        .order_by(Admission.applied_at)
        .limit(MOST)
    )
    for reference, lot, state, tier, applied_at, decided_at in rows:
        href, badge = f"/admissions/{reference}", standing_badge(state, tier)
        if decided_at is None:
            due = london_instant(add_working_days(london_day(applied_at), DECISION_DAYS), END_OF_DAY)
            yield WorkItem(Group.OTHERS, reference, href, f"Application to {lot}", badge, "The hub decides", due_at=due)
        else:
            step = "Read the reasons" if state is AdmissionState.REFUSED else "See the decision"
            yield WorkItem(Group.DONE, reference, href, f"Application to {lot}", badge, step, href, at=decided_at)


def _stale_from(oldest: datetime | None) -> datetime | None:
    return oldest + STALE_AFTER if oldest else None
