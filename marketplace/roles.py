"""Roles: what a person does for an organisation. Stored as these words."""

from enum import StrEnum


class Kind(StrEnum):
    """What an organisation is in the marketplace."""

    AUTHORITY = "authority"
    HUB = "hub"
    PROVIDER = "provider"


class Role(StrEnum):
    """A person's role in one organisation; one person may hold several."""

    PLACEMENT_OFFICER = "placement_officer"
    PLACEMENT_MANAGER = "placement_manager"
    COMMISSIONER = "commissioner"
    FINANCE_OFFICER = "finance_officer"
    QUALITY_OFFICER = "quality_officer"
    DIRECTOR = "director"
    AUDITOR = "auditor"
    HUB_ANALYST = "hub_analyst"
    HUB_MANAGER = "hub_manager"
    PROVIDER_MANAGER = "provider_manager"
    PROVIDER_RESPONDER = "provider_responder"
    PROVIDER_FINANCE = "provider_finance"


ROLES_OF: dict[Kind, tuple[Role, ...]] = {
    Kind.AUTHORITY: (
        Role.PLACEMENT_OFFICER, Role.PLACEMENT_MANAGER, Role.COMMISSIONER, Role.FINANCE_OFFICER, Role.QUALITY_OFFICER,
        Role.DIRECTOR, Role.AUDITOR,
    ),
    Kind.HUB: (Role.HUB_ANALYST, Role.HUB_MANAGER, Role.QUALITY_OFFICER, Role.AUDITOR),
    Kind.PROVIDER: (Role.PROVIDER_MANAGER, Role.PROVIDER_RESPONDER, Role.PROVIDER_FINANCE),
}  # fmt: skip

#: Whose work needs a child's name: read by the fence of `identities`, not only by the pages.
SEES_IDENTITY = frozenset(
    {Role.PLACEMENT_OFFICER, Role.PLACEMENT_MANAGER, Role.DIRECTOR, Role.PROVIDER_MANAGER, Role.PROVIDER_RESPONDER}
)

#: Who runs an organisation's accounts.
RUNS_ACCOUNTS = frozenset({Role.PLACEMENT_MANAGER, Role.HUB_MANAGER, Role.PROVIDER_MANAGER})


#: what each role does here, in a line
DOES: dict[Role, str] = {
    Role.PLACEMENT_OFFICER: "Writes referrals, invites providers, compares offers, recommends an award, starts placements.",
    Role.PLACEMENT_MANAGER: "Approves and publishes referrals, awards, signs agreements; runs the borough’s accounts.",
    Role.COMMISSIONER: "Reads what the borough buys and what it costs; sets budgets; drafts block contracts.",
    Role.FINANCE_OFFICER: "Reads fees, spend, forecasts and reports; sets budgets.",
    Role.QUALITY_OFFICER: "Marks offers for quality, reads and queries monitoring returns.",
    Role.DIRECTOR: "Signs agreements and reads the audit trail.",
    Role.AUDITOR: "Reads everything of the organisation, changes nothing.",
    Role.HUB_ANALYST: "Reads returns, queries and accepts them, orders reports. Sees no child’s identity.",
    Role.HUB_MANAGER: "Admits and suspends providers, imports the register; runs the hub’s accounts. Sees no child’s identity.",
    Role.PROVIDER_MANAGER: "Applies to lots, answers referrals, signs agreements, sends returns; runs the provider’s accounts.",
    Role.PROVIDER_RESPONDER: "Answers referrals with an offer, a question or a decline, and keeps vacancies up to date.",
    Role.PROVIDER_FINANCE: "Reads agreements and what is paid for them.",
}


def words(role: Role) -> str:
    """The role as people say it."""
    return role.value.replace("_", " ").capitalize()
