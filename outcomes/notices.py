"""Who is told of returns and reports, and in which words. No letter says anything of a child."""

from collections.abc import Iterable
from uuid import UUID

from foundation.formatting import day
from foundation.outbox import write_letter
from marketplace.acts import Act
from marketplace.policy import POLICY
from marketplace.roles import Role
from outcomes.monitoring import MonitoringReturn
from outcomes.report import Report, ReportKind

#: who reads reports as part of their work, in whichever organisation
READERS = (
    Role.HUB_MANAGER, Role.HUB_ANALYST, Role.COMMISSIONER, Role.QUALITY_OFFICER, Role.DIRECTOR, Role.PROVIDER_MANAGER,
)  # fmt: skip
QUALITY_AT_THE_HUB = (Role.HUB_MANAGER, Role.HUB_ANALYST, Role.QUALITY_OFFICER)


def return_opened(opened: MonitoringReturn) -> None:
    """The provider: a return is to be filled in."""
    _tell_provider(
        opened, Act.OPEN_RETURN, f"Monitoring return for {opened.quarter}: {opened.lot.name}",
        f"The monitoring return {opened.reference} for {opened.quarter} in the lot {opened.lot.name} is open. It is due on"
        f" {day(opened.due_on)}. You can save it as you go: /returns/{opened.reference}",
    )  # fmt: skip


def return_sent(sent: MonitoringReturn) -> None:
    """The hub: a return waits to be checked."""
    again = "again, after your query" if sent.corrected_at else "for the first time"
    write_letter(
        act=Act.SEND_RETURN, organisation_id=sent.lot.framework.hub_id, to_roles=QUALITY_AT_THE_HUB,
        subject=f"Monitoring return {sent.reference} was sent",
        body=f"{sent.provider.name} sent its monitoring return for {sent.quarter} in the lot {sent.lot.name} {again}."
        f" Accept it or query it: /returns/{sent.reference}",
    )  # fmt: skip


def return_queried(queried: MonitoringReturn) -> None:
    """The provider: the hub asks about something. What it asks stands on the page."""
    _tell_provider(
        queried, Act.QUERY_RETURN, f"A query about your monitoring return {queried.reference}",
        f"The hub has a query about your monitoring return for {queried.quarter} in the lot {queried.lot.name}. It stands at"
        f" the head of the return. Change what needs changing, and send it again: /returns/{queried.reference}",
    )  # fmt: skip


def return_accepted(accepted: MonitoringReturn) -> None:
    """The provider: nothing more is needed."""
    _tell_provider(
        accepted, Act.ACCEPT_RETURN, f"Your monitoring return {accepted.reference} was accepted",
        f"The hub accepted your monitoring return for {accepted.quarter} in the lot {accepted.lot.name}. Its figures go into"
        f" the quarter's reports: /returns/{accepted.reference}",
    )  # fmt: skip


def return_will_be_due(unsent: MonitoringReturn) -> None:
    """The provider: three working days are left."""
    _tell_provider(
        unsent, Act.OPEN_RETURN, f"Monitoring return {unsent.reference} is due soon",
        f"The monitoring return for {unsent.quarter} in the lot {unsent.lot.name} is due on {day(unsent.due_on)} and has not"
        f" been sent yet: /returns/{unsent.reference}",
    )  # fmt: skip


def return_is_late(unsent: MonitoringReturn) -> None:
    """The provider: it was due yesterday."""
    _tell_provider(
        unsent, Act.OPEN_RETURN, f"Monitoring return {unsent.reference} is late",
        f"The monitoring return for {unsent.quarter} in the lot {unsent.lot.name} was due on {day(unsent.due_on)}. Send it as"
        f" soon as you can; the quarter's report counts it as late: /returns/{unsent.reference}",
    )  # fmt: skip


def report_made(report: Report, boroughs: Iterable[UUID]) -> None:
    """Whom it is about, the hub, and for the partnership's report every borough: it can be read."""
    told = {report.about_id, report.hub_id} | (set(boroughs) if report.kind is ReportKind.PARTNERSHIP else set())
    for organisation_id in sorted(told):
        write_letter(
            act=Act.MAKE_REPORT, organisation_id=organisation_id, to_roles=READERS, subject=report.title,
            body=f"The {report.title[0].lower()}{report.title[1:]}, version {report.number}, has been made. Read it here, signed"
            f" in: /reports/{report.reference}",
        )  # fmt: skip


def _tell_provider(about: MonitoringReturn, act: Act, subject: str, body: str) -> None:
    roles = POLICY[Act.SEND_RETURN].roles if act is Act.ACCEPT_RETURN else POLICY[Act.SAVE_RETURN].roles
    write_letter(act=act, organisation_id=about.provider_id, to_roles=roles, subject=subject, body=body)
