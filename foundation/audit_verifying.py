"""`flask audit verify`: walk every organisation's chain, reckon each digest and link again, and say where one breaks.

It reads with the maintenance role, past all fences. A row that was changed has another digest; a row that was taken out or put in
leaves a gap or another link; rows cut off at the end no longer reach the head that the chain function keeps.
"""

import hashlib
import uuid
from collections.abc import Iterator

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy import create_engine, pool, select, text
from sqlalchemy.orm import Session

from foundation.audit import AuditEvent, digest
from foundation.cluster import find_addresses

#: the chain of the system itself, which acts for no organisation
SYSTEM_CHAIN = uuid.UUID(int=0)

audit = AppGroup("audit", help="The audit trail.")


def breaks_of(events: list[AuditEvent], head: tuple[int, str] | None) -> Iterator[str]:
    """What is wrong with one chain, from its first row to its head; nothing where it is whole."""
    chain = ""
    for expected, event in enumerate(events, start=1):
        if event.sequence != expected:
            yield f"event {expected} is missing: event {event.sequence} follows {expected - 1}"
            return
        if event.digest != digest(event):
            yield f"event {expected} of {event.at:%-d %B %Y %H:%M} UTC was changed after it was written"
        chain = hashlib.sha256((chain + event.digest).encode()).hexdigest()
        if event.chain != chain:
            yield f"event {expected} is not linked to the one before it"
            return
    if head != ((len(events), chain) if events else None):
        yield f"the chain ends at event {len(events)}, but its head stands at {head[0] if head else 'nothing'}"


def verify(address: str) -> Iterator[tuple[str, int, list[str]]]:
    """Each chain of the database: whose, how many events, what is wrong."""
    engine = create_engine(address, poolclass=pool.NullPool)
    with Session(engine) as session:
        rows = session.execute(text("SELECT organisation_id, sequence, chain FROM audit_heads"))
        heads = {owner: (sequence, chain) for owner, sequence, chain in rows}
        chained = {
            owner or SYSTEM_CHAIN for owner in session.execute(select(AuditEvent.organisation_id).distinct()).scalars()
        }
        for owner in sorted(heads.keys() | chained):
            mine = (
                AuditEvent.organisation_id.is_(None) if owner == SYSTEM_CHAIN else AuditEvent.organisation_id == owner
            )
            events = list(session.execute(select(AuditEvent).where(mine).order_by(AuditEvent.sequence)).scalars())
            name = events[-1].organisation_name if events else str(owner)
            yield name, len(events), list(breaks_of(events, heads.get(owner)))
            session.expunge_all()
    engine.dispose()


@audit.command("verify")
def verify_trail() -> None:
    """Reckon every chain again and say where it breaks."""
    chains, faults = 0, 0
    address = find_addresses(current_app.config["SETTINGS"]).maintenance
    if not address:
        raise click.ClickException("MAINTENANCE_DATABASE_URL is not set: the trail is read past all fences.")
    for name, count, found in verify(address):
        chains, faults = chains + 1, faults + len(found)
        click.echo(f"{name}: {count} events, {'broken' if found else 'whole'}")
        for fault in found:
            click.echo(f"  {fault}")
    if faults:
        raise click.ClickException(
            f"{faults} faults in {chains} chains. Keep the database as it is and find out who wrote to it."
        )
    click.echo(f"All {chains} chains are whole.")


def init_app(app: Flask) -> None:
    """Give the application the command."""
    app.cli.add_command(audit)
