"""A savings plan from upload to ledger: read and checked, looked at, and kept – or discarded. What was sent is stored as it came."""

import csv
import io
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from contracts.savings.entering import keep_document, require_own, stand_on, undertaking_key
from contracts.savings.nameless import require_nameless
from contracts.savings.notices import tell_kept
from contracts.savings.plan import SavingsPlan
from contracts.savings.plan_table import Block, Line, NotAPlan, PlanTable, read_plan
from contracts.savings.saving import Benefit, Ground, Layer, Saving, Source, amounts_of
from contracts.savings.words import RATINGS
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.permission import Invalid
from foundation.quarters import FinancialYear
from foundation.references import new_reference
from foundation.sheet_reading import NotASheet, read_sheet
from foundation.states import hold, move, require
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.organisation import Organisation
from marketplace.policy import authorise
from marketplace.uploads import Upload

LONGEST_PASTE = 200_000


@dataclass(frozen=True, slots=True)
class TypedPlan:
    """What somebody sent: a file or a pasted table, and what the table does not say of itself."""

    authority: Organisation
    name: str
    project: str
    benefit: Benefit
    is_recurring: bool
    #: 1 or 1000
    pounds_each: int
    file: Upload | None = None
    pasted: str = ""


def read_savings_plan(typed: TypedPlan, *, by: Actor) -> SavingsPlan:
    """Somebody who may enter savings sends a plan: it is stored as it came, read and checked, for them to look at before it is kept."""
    with transaction():
        authorise(by, Act.READ_SAVINGS_PLAN)
        require_own(typed.authority, by)
        require_nameless(name=typed.name)
        source, media_type, cells = _cells_of(typed)
        table = _table_of(cells)
        if table.says_thousands and typed.pounds_each == 1:
            raise Invalid("The table says £000: its figures are thousands of pounds.", "unit")
        file_id = keep_document(source, typed.authority, by, media_type)
        plan = _plan_of(typed, file_id, cells, table.adds_up, by)
        db.session.add(plan)
        record(
            Act.READ_SAVINGS_PLAN,
            plan,
            by=by,
            about=plan.authority_id,
            after={"name": plan.name, "adds_up": plan.adds_up},
        )
    return plan


def keep_plan(plan: SavingsPlan, *, by: Actor) -> list[Saving]:
    """The plan's figures become entries, one for each block and rating; they count as finance officers approve them."""
    with transaction():
        authorise(by, Act.KEEP_SAVINGS_PLAN, plan)
        require(hold(plan), Act.KEEP_SAVINGS_PLAN)
        if not plan.adds_up:
            raise Invalid("The table does not add up, so it cannot be kept. Put it right and send it again.")
        entries = [_enter(plan, block, line, by) for block in table_of(plan).blocks for line in block.lines if line.sum]
        plan.settled_at = clock.now()
        move(plan, Act.KEEP_SAVINGS_PLAN)
        record(
            Act.KEEP_SAVINGS_PLAN,
            plan,
            by=by,
            about=plan.authority_id,
            after={"entries": [e.reference for e in entries]},
        )
        tell_kept(plan, len(entries))
    return entries


def discard_plan(plan: SavingsPlan, *, by: Actor) -> SavingsPlan:
    """The plan is put aside; what was sent stays stored."""
    with transaction():
        authorise(by, Act.DISCARD_SAVINGS_PLAN, plan)
        require(hold(plan), Act.DISCARD_SAVINGS_PLAN)
        plan.settled_at = clock.now()
        move(plan, Act.DISCARD_SAVINGS_PLAN)
        record(Act.DISCARD_SAVINGS_PLAN, plan, by=by, about=plan.authority_id)
    return plan


def table_of(plan: SavingsPlan) -> PlanTable:
    """The plan's cells, read again."""
    return read_plan(plan.cells)


def _plan_of(
    typed: TypedPlan, file_id: uuid.UUID, cells: Sequence[Sequence[str]], adds_up: bool, by: Actor
) -> SavingsPlan:
    return SavingsPlan(
        id=uuid.uuid4(), reference=new_reference(typed.authority.prefix), authority_id=typed.authority.id, project=typed.project,
        name=typed.name.strip(), benefit=typed.benefit, is_recurring=typed.is_recurring, file_id=file_id,
        cells=[list(row) for row in cells], pounds_each=typed.pounds_each, adds_up=adds_up, uploaded_at=clock.now(),
        uploaded_by_id=by.person_id, uploaded_by_name=by.name,
    )  # fmt: skip


def _enter(plan: SavingsPlan, block: Block, line: Line, by: Actor) -> Saving:
    assert line.rating is not None, "a row of totals is no saving"
    part = f"{block.name}: {RATINGS[line.rating][1]}" if block.name else RATINGS[line.rating][1]
    saving = Saving(
        id=uuid.uuid4(), reference=new_reference(plan.authority.prefix), authority_id=plan.authority_id, project=plan.project,
        source=Source.PLAN, benefit=plan.benefit, is_recurring=plan.is_recurring, rating=line.rating, title=f"{plan.name}, {part}",
        evidence=f"Row {line.row} of savings plan {plan.reference}.", plan_id=plan.id,
        entered_at=clock.now(), entered_by_id=by.person_id, entered_by_name=by.name,
    )  # fmt: skip
    db.session.add(saving)
    db.session.flush()
    years = {
        year.start_year: (figure or Decimal(0)) * plan.pounds_each
        for year, figure in zip(block.years, line.figures, strict=True)
    }
    for year, amount in years.items():
        if amount:
            stand_on(_ground(saving, FinancialYear(year)))
    db.session.add_all(amounts_of(years, saving))
    return saving


def _ground(saving: Saving, year: FinancialYear) -> Ground:
    return Ground(
        saving_id=saving.id, authority_id=saving.authority_id, layer=Layer.UNDERTAKING, starts_on=year.first_day,
        ends_on=year.day_after, undertaking=undertaking_key(saving.title),
    )  # fmt: skip


def _cells_of(typed: TypedPlan) -> tuple[Upload, str, Sequence[Sequence[str]]]:
    """What was sent as a file to keep, its kind, and its cells; either a file or a pasted table, not both."""
    if (typed.file is None) == (not typed.pasted.strip()):
        raise Invalid("Choose a file, or paste the table: one of the two.", "file")
    if typed.file is None:
        return _pasted(typed.pasted)
    try:
        sheet = read_sheet(typed.file.name, typed.file.content)
    except NotASheet as refused:
        raise Invalid(str(refused), "file") from None
    by_number = {row.number: row.cells for row in sheet.rows}
    return typed.file, sheet.media_type, [by_number.get(number, ()) for number in range(1, max(by_number) + 1)]


def _pasted(text: str) -> tuple[Upload, str, Sequence[Sequence[str]]]:
    """A table copied from a spreadsheet or a document comes with tabs between its cells; without any it is read as CSV."""
    if len(text) > LONGEST_PASTE:
        raise Invalid("The pasted table is too long. Paste the savings table alone.", "pasted")
    lines = text.splitlines()
    cells = [line.split("\t") for line in lines] if "\t" in text else list(csv.reader(io.StringIO(text)))
    return Upload("pasted-plan.txt", text.encode()), "text/plain", cells


def _table_of(cells: Sequence[Sequence[str]]) -> PlanTable:
    try:
        return read_plan(cells)
    except NotAPlan as refused:
        raise Invalid(str(refused), "file") from None
