"""The boroughs as they are, the hub that Croydon hosts, and providers that are invented."""

import csv
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import insert

from demo.partnership import Borough, Member, Partnership, Provider
from foundation.database import db
from foundation.references import new_reference
from marketplace.authorities import local_authorities
from marketplace.organisation import Organisation, PartnershipMember
from marketplace.reading_register import owner_key
from marketplace.roles import Kind

FOLDER = Path(__file__).parent
HUB_NAME = "South London Commissioning Programme"
#: what each borough pays a year towards the looked-after children project
CONTRIBUTION = 30_000
#: a demo organisation is marked so until the whole history stands
UNFINISHED = "demo_unfinished"


def rows_of(name: str) -> Iterator[dict[str, str]]:
    """The rows of one of the demo's files."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def found_organisations(begins_on: date) -> Partnership:
    """Lay down every organisation and who takes part in which project, some years before the history begins."""
    partnership = invent_partnership()
    joined_at = datetime.combine(begins_on - timedelta(days=730), time(9), UTC)
    db.session.execute(insert(Organisation), [*_authorities_and_hub(partnership, joined_at)])
    db.session.execute(insert(Organisation), [*_providers(partnership, joined_at)])
    return partnership


def invent_partnership() -> Partnership:
    """The organisations of the files, without people, lots or settings yet, and nowhere in the database."""
    return Partnership(
        boroughs=[_borough(row) for row in rows_of("boroughs.csv")],
        hub=Member(uuid.uuid4(), HUB_NAME, "slcp.example"),
        providers=[_provider(row) for row in rows_of("providers.csv")],
    )


def join_projects(partnership: Partnership, begins_on: date) -> None:
    """The boroughs' parts in the two projects of the hub, which must be who acts."""
    joined_on = date(begins_on.year - 5, 4, 1)
    members = [
        {
            "hub_id": partnership.hub.id, "authority_id": borough.id, "project": project, "joined_on": joined_on,
            "yearly_contribution": CONTRIBUTION if project == "LAC" else 0,
        }
        for borough in partnership.boroughs for project in sorted(borough.projects)
    ]  # fmt: skip
    db.session.execute(insert(PartnershipMember), members)


def _borough(row: dict[str, str]) -> Borough:
    projects = {project for project in ("SEND", "LAC") if row[project.lower()] == "yes"}
    authority = local_authorities()[row["number"]]
    return Borough(
        uuid.uuid4(), row["name"], f"{row['domain']}.example", prefix=row["prefix"], number=authority.number,
        gss=authority.gss, projects=frozenset(projects),
    )  # fmt: skip


def _provider(row: dict[str, str]) -> Provider:
    return Provider(uuid.uuid4(), row["name"], f"{row['domain']}.example", lot=row["lots"], size=int(row["size"]))


def _authorities_and_hub(partnership: Partnership, joined_at: datetime) -> Iterator[dict[str, object]]:
    for borough in partnership.boroughs:
        yield _organisation(
            borough, Kind.AUTHORITY, borough.prefix, joined_at, authority_code=borough.number, authority_gss=borough.gss
        )
    yield _organisation(partnership.hub, Kind.HUB, "SLC", joined_at, authority_code=None, authority_gss=None)


def _providers(partnership: Partnership, joined_at: datetime) -> Iterator[dict[str, object]]:
    for provider in partnership.providers:
        prefix = "".join(letter for letter in provider.name.upper() if letter.isalpha())[:3]
        # An owner's key in the register holds letters and digits only: no import can take a demo provider for a real one.
        key = f"demo:{owner_key(provider.name)}"
        yield _organisation(provider, Kind.PROVIDER, prefix, joined_at, owner_key=key, claimed_at=joined_at)


def _organisation(member: Member, kind: Kind, prefix: str, joined_at: datetime, **facts: object) -> dict[str, object]:
    return {
        "id": member.id, "kind": kind, "name": member.name, "prefix": prefix, "reference": new_reference(prefix),
        "contact_email": f"placements@{member.domain}", "source": UNFINISHED, "added_at": joined_at, **facts,
    }  # fmt: skip
