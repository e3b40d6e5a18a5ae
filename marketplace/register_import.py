"""Importing Ofsted's register: the hub sends the file, the worker (or an operator) turns it into providers and settings."""

import hashlib
import io
import re
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.files import StoredFile
from foundation.jobs import defer
from foundation.permission import Invalid
from foundation.references import new_reference
from foundation.states import hold
from foundation.transaction import transaction
from marketplace import register_statements as statements
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.framework import RegisterImport
from marketplace.organisation import Organisation
from marketplace.policy import authorise
from marketplace.register_facts import References, Staged, differences, staged
from marketplace.register_file import NotARegister, read_register
from marketplace.register_report import Kept, finding
from marketplace.register_row import RegisterRow, Skipped

#: told what is being done, how much of it is done, and of how much
Progress = Callable[[str, int, int], None]
Rows = Sequence[RegisterRow | Skipped]

#: a file that lost more than this share of its rows is not believed by itself
BELIEVED_LOSS = Decimal("0.20")
_AS_AT = re.compile(r"as at (\d{1,2} [A-Z][a-z]+ \d{4})")
STEPS = ("Reading the file", "Adding providers", "Comparing with what is here", "Adding settings", "Writing the report")


def rows_of(content: bytes) -> Rows:
    """Every row of the file, or Invalid with the reader's sentence beside the field `file`: all of it is read or none."""
    try:
        return list(read_register(io.BytesIO(content)))
    except NotARegister as unreadable:
        raise Invalid(str(unreadable), "file") from unreadable


def import_of(content: bytes, file_name: str, hub: Organisation, by: Actor, *, all_the_same: bool) -> RegisterImport:
    """The import of a file, not yet carried out."""
    return RegisterImport(
        id=uuid.uuid4(), hub_id=hub.id, reference=new_reference("REG"), at=clock.now(), by_id=by.person_id, by_name=by.name,
        file_name=file_name, sha256=hashlib.sha256(content).hexdigest(), as_at=_as_at(content), all_the_same=all_the_same,
        stage="Waiting for the worker",
    )  # fmt: skip


def upload_register(
    hub: Organisation, content: bytes, file_name: str, all_the_same: bool, *, by: Actor
) -> RegisterImport:
    """The hub sends in Ofsted's file. It is read through at once, so that a bad file is answered now; the worker imports it."""
    with transaction():
        authorise(by, Act.UPLOAD_REGISTER, hub)
        ordered = import_of(content, file_name, hub, by, all_the_same=all_the_same)
        _require_believable(rows_of(content), ordered)
        file = StoredFile.of(
            content, name=file_name, media_type="text/csv", organisation_id=hub.id, stored_by_id=by.person_id
        )
        db.session.add(file)
        db.session.flush()
        ordered.file_id = file.id
        db.session.add(ordered)
        db.session.flush()
        record(Act.UPLOAD_REGISTER, ordered, by=by, after={"file": file_name, "sha256": ordered.sha256})
        defer("register.import", one_at_a_time="register.import", import_id=ordered.id)
    return ordered


def import_register(
    ordered: RegisterImport, rows: Rows, *, by: Actor, progress: Progress = lambda stage, done, total: None
) -> RegisterImport:
    """The worker, or an operator, turns the register's rows into providers and settings, all in one transaction.

    What providers completed stays theirs, nothing is removed, and the same file again changes nothing. The hub finds the
    report on the register's page.
    """
    began = time.perf_counter()
    with transaction():
        hub = hold(db.session.get_one(Organisation, ordered.hub_id))
        authorise(by, Act.IMPORT_REGISTER, hub)
        _require_believable(rows, ordered)
        findings = _carry_over(rows, ordered, progress)
        ordered.findings = findings
        ordered.finished_at, ordered.stage, ordered.problem = clock.now(), "Finished", None
        ordered.seconds = Decimal(str(round(time.perf_counter() - began, 2)))
        db.session.add(ordered)
        db.session.flush()
        record(Act.IMPORT_REGISTER, ordered, by=by, about=hub.id, after=counts_of(ordered))
    return ordered


def counts_of(finished: RegisterImport) -> dict[str, int]:
    """What an import did, in numbers."""
    return {
        "rows_read": finished.rows_read, "providers_added": finished.providers_added,
        "settings_added": finished.settings_added, "settings_changed": finished.settings_changed,
        "settings_unchanged": finished.settings_unchanged, "rows_skipped": finished.rows_skipped,
    }  # fmt: skip


def _require_believable(rows: Rows, ordered: RegisterImport) -> None:
    """Stop, and ask, when the file lost more than a fifth of the rows of the last one."""
    before = db.session.scalar(
        select(RegisterImport.rows_read)
        .where(RegisterImport.hub_id == ordered.hub_id, RegisterImport.finished_at.is_not(None))
        .order_by(RegisterImport.finished_at.desc())
        .limit(1)
    )
    if before and not ordered.all_the_same and len(rows) < before * (1 - BELIEVED_LOSS):
        raise Invalid(
            f"This file has {len(rows):,} rows and the last import had {before:,}: more than a fifth are missing. Check that"
            " it is the whole register. If it is, tick “Import it all the same” and send it again.",
            "all_the_same",
        )


def _carry_over(rows: Rows, ordered: RegisterImport, progress: Progress) -> list[Kept]:
    """Every step of the import within its transaction; fills in the counts and gives the findings.

    `progress` writes to the import's row from another connection: until the last step is told, this transaction must
    not touch that row, or the two wait for each other for ever. So the counts are set at the end.
    """
    progress(STEPS[0], 0, len(STEPS))
    read = [row for row in rows if isinstance(row, RegisterRow)]
    references = References(statements.taken_references())
    statements.copy_rows(_staged(read, references))
    progress(STEPS[1], 1, len(STEPS))
    providers_added = statements.add_providers()
    progress(STEPS[2], 2, len(STEPS))
    changes = statements.changed_rows()
    moved = statements.move_settings()
    settings_changed = statements.change_settings()
    progress(STEPS[3], 3, len(STEPS))
    added = set(statements.add_settings())
    statements.place_settings()
    progress(STEPS[4], 4, len(STEPS))
    ordered.providers_added, ordered.settings_added = providers_added, len(added)
    ordered.settings_changed, ordered.settings_unchanged = settings_changed, len(read) - len(added) - settings_changed
    ordered.rows_read, ordered.rows_skipped = len(rows), len(rows) - len(read)
    return [*_of_rows(rows, added), *(_of_change(change, moved) for change in changes), *_of_gone()]


def _staged(rows: Sequence[RegisterRow], references: References) -> list[Staged]:
    return [staged(row, references) for row in rows]


def _of_rows(rows: Rows, added: set[str]) -> list[Kept]:
    found: list[Kept] = []
    for row in rows:
        if isinstance(row, Skipped):
            found.append(finding("skipped", row.row_number, row.urn, row.why))
            continue
        found += [finding(one.kind.value, row.row_number, row.urn, one.sentence) for one in row.findings]
        if row.urn in added:
            found.append(finding("added", row.row_number, row.urn, f"{row.provision_type}, {row.authority_name}."))
    return found


def _of_change(change: Any, moved: set[str]) -> Kept:
    """What changed; a change of owner and a rating of Inadequate are kinds of their own, because somebody must act."""
    said = f"Changed: {differences(change.before, change.after)}."
    if change.urn in moved:
        return finding(
            "owner_changed", change.row_number, change.urn, f"{said} It passed to the owner in the register."
        )
    if change.is_held_by_another and (change.before or {}).get("owner") != change.after["owner"]:
        kept = f"It stays with {change.held_by}, who works with it here: settle it with both."
        return finding("owner_changed", change.row_number, change.urn, f"{said} {kept}")
    is_newly_inadequate = change.after["rating"] == "Inadequate" != (change.before or {}).get("rating")
    return finding("inadequate" if is_newly_inadequate else "changed", change.row_number, change.urn, said)


def _of_gone() -> list[Kept]:
    said = "is no longer in the register. It was not removed: ask the provider whether it closed."
    return [finding("gone", None, row.urn, f"{row.name} {said}") for row in statements.gone_settings()]


def _as_at(content: bytes) -> date | None:
    """The day that the title names: “Provider level as at 31 March 2025”."""
    found = _AS_AT.search(content[:2000].decode("utf-8-sig", errors="replace"))
    try:
        return datetime.strptime(found[1], "%d %B %Y").date() if found else None  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None
