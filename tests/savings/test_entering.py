"""Entering, approving, refusing, rating, reversing: who may, when, and what the database refuses."""

import io
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from openpyxl import Workbook
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session, scoped_session

from contracts.savings.approving import approve_savings, rate_saving, refuse_saving, reverse_saving
from contracts.savings.entering import enter_saving
from contracts.savings.ledger import counted, entries
from contracts.savings.plan import SavingsPlan
from contracts.savings.planning import discard_plan, keep_plan, read_savings_plan, table_of
from contracts.savings.saving import Ground, Layer, Rating, Saving, SavingAmount, SavingChange, SavingState
from foundation import clock
from foundation.audit import AuditEvent
from foundation.files import StoredFile
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted, Stale
from foundation.quarters import FinancialYear
from marketplace.acts import Act
from marketplace.roles import Role
from marketplace.uploads import Upload
from tests.makers.contracts import a_deal, a_placement
from tests.makers.savings import (
    PLAN,
    a_plan,
    a_saving,
    a_treasury,
    agreed_at_less,
    an_approved_saving,
    seen_by,
    typed,
)
from tests.makers.standing import a_borough, a_hub, a_person, a_provider, acting
from tests.makers.uplift import a_negotiation

S = SavingState


def sum_of_ledger() -> Decimal:
    return sum((entry.total for entry in counted(entries())), Decimal(0))


class TestEntering:
    def test_it_waits_and_does_not_count(self, session: scoped_session[Session]) -> None:
        of = a_treasury()
        saving = a_saving(of)
        assert (saving.state, saving.counts, sum_of_ledger()) == (S.CLAIMED, False, 0)
        assert [
            int(amount) for amount in session.scalars(select(SavingAmount.amount).order_by(SavingAmount.amount))
        ] == [1200, 2400]
        event = session.scalars(select(AuditEvent).where(AuditEvent.act == Act.ENTER_SAVING)).one()
        assert event.after["total"] == "3600"
        assert session.scalars(select(Letter.to_roles).where(Letter.act == Act.ENTER_SAVING)).one() == [
            "finance_officer"
        ]

    def test_with_a_document_that_borough_and_hub_read(self, session: scoped_session[Session]) -> None:
        of = a_treasury()
        paper = Upload("Zephyrine Quillfeather.pdf", b"%PDF-1.7 made up")
        saving = a_saving(of, document=paper)
        kept = select(StoredFile.name).where(StoredFile.id == saving.evidence_file_id)
        assert session.scalars(kept).one() == "savings-document.pdf", (
            "a typed name may name a child, and the hub reads it"
        )
        assert saving.evidence_file_id is not None
        with pytest.raises(Invalid, match="not a PDF"):
            enter_saving(typed(of.borough, "Other", document=Upload("run.exe", b"MZ")), by=of.officer)

    def test_the_hub_enters_for_a_borough_of_its_partnership_only(self, session: scoped_session[Session]) -> None:
        of = a_treasury()
        stranger = a_borough(a_hub(), "London Borough of Elsewhere")
        acting(of.analyst)
        assert enter_saving(typed(of.borough), by=of.analyst).entered_by_name == "Ana Analyst"
        with pytest.raises(Invalid, match="of the partnership"):
            enter_saving(typed(stranger), by=of.analyst)

    def test_who_may_not(self, session: scoped_session[Session]) -> None:
        of = a_treasury()
        for role in (Role.PLACEMENT_OFFICER, Role.AUDITOR, Role.DIRECTOR):
            actor = acting(a_person(of.borough, role))
            with pytest.raises(NotPermitted):
                enter_saving(typed(of.borough), by=actor)
        assert session.scalar(select(func.count()).select_from(Saving)) == 0

    @pytest.mark.parametrize(
        ("field", "said"), [("title", "Moved from CR0 1EA"), ("evidence", "The child, NHS number 943 476 5919.")]
    )
    def test_nothing_that_says_who_a_child_is(self, session: scoped_session[Session], field: str, said: str) -> None:
        of = a_treasury()
        with pytest.raises(Invalid, match="the hub reads this") as refused:
            enter_saving(typed(of.borough, **{field: said}), by=of.commissioner)
        assert refused.value.field == field

    def test_a_project_is_entered_once_for_a_year(self, session: scoped_session[Session]) -> None:
        of = a_treasury()
        first = a_saving(of)
        year = FinancialYear.of(clock.today())
        with pytest.raises(Invalid, match=f"Entry {first.reference}"):
            enter_saving(typed(of.borough, "shared  TRANSPORT", years={year.next(): Decimal(1)}), by=of.officer)
        enter_saving(typed(of.borough, years={year.next().next(): Decimal(1)}), by=of.officer)
        refuse_saving(seen_by(of.officer, first), "A mistake.", by=of.officer)
        enter_saving(typed(of.borough), by=of.officer)

    def test_on_an_agreement_refused_where_harbour_s_claim_stands(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        agreed_at_less(deal)
        acting(deal.payer)
        claimed = session.scalars(select(Saving)).one()
        reference = session.scalar(text("SELECT reference FROM agreements"))
        next_year = FinancialYear.of(clock.today()).next()
        on_uplift = typed(
            deal.first.borough, "Held down", layer=Layer.UPLIFT, agreement=reference, years={next_year: Decimal(500)}
        )  # fmt: skip
        with pytest.raises(Invalid, match=claimed.reference) as refused:
            enter_saving(on_uplift, by=deal.payer)
        assert refused.value.field == "agreement"
        of_the_place = typed(
            deal.first.borough, "Cheaper", layer=Layer.PLACING, agreement=reference, years={next_year: Decimal(500)}
        )
        enter_saving(of_the_place, by=deal.payer)
        with pytest.raises(Invalid, match="already"):
            enter_saving(of_the_place, by=deal.payer)
        with pytest.raises(Invalid, match="no discount"):
            enter_saving(typed(deal.first.borough, "Off", layer=Layer.DISCOUNT, agreement=reference), by=deal.payer)
        with pytest.raises(Invalid, match="bought under LAC"):
            enter_saving(
                typed(deal.first.borough, "Off", layer=Layer.PLACING, agreement=reference, project="SEND"),
                by=deal.payer,
            )

    def test_not_on_another_borough_s_agreement(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        reference = a_placement(deal).reference
        of = a_treasury()
        with pytest.raises(Invalid, match="has no agreement"):
            enter_saving(typed(of.borough, layer=Layer.PLACING, agreement=reference), by=of.commissioner)


class TestDeciding:
    def test_approved_it_counts(self, session: scoped_session[Session]) -> None:
        of = a_treasury()
        saving = an_approved_saving(of)
        assert (saving.state, saving.decided_by_name, sum_of_ledger()) == (S.APPROVED, "Pip Payer", Decimal(3600))

    def test_never_by_whoever_entered_it_nor_by_another_role_or_borough(self, session: scoped_session[Session]) -> None:
        of = a_treasury()
        acting(of.officer)
        saving = enter_saving(typed(of.borough), by=of.officer)
        with pytest.raises(NotPermitted, match="You entered this saving"):
            approve_savings([saving], by=of.officer)
        for actor in (of.commissioner, of.analyst):
            saving = seen_by(actor, saving)
            with pytest.raises(NotPermitted):
                approve_savings([saving], by=actor)
        saving = seen_by(of.other, saving)
        approve_savings([saving], by=of.other)
        with pytest.raises(NotNow):
            approve_savings([saving], by=of.other)

    def test_all_or_none(self, session: scoped_session[Session]) -> None:
        of = a_treasury()
        key = an_approved_saving(of).id
        second = a_saving(of, "Shared escorts")
        first = session.get_one(Saving, key)
        with pytest.raises(NotNow):
            approve_savings([first, second], by=of.officer)
        assert session.get_one(Saving, second.id).state is S.CLAIMED

    def test_rated_with_a_reason_and_a_history(self, session: scoped_session[Session]) -> None:
        of = a_treasury()
        saving = an_approved_saving(of)
        with pytest.raises(Invalid, match="reason"):
            rate_saving(saving, Rating.AMBER, " ", version=saving.version, by=of.officer)
        with pytest.raises(Stale):
            rate_saving(saving, Rating.AMBER, "Late.", version=saving.version - 1, by=of.officer)
        with pytest.raises(Invalid, match="already"):
            rate_saving(saving, Rating.GREEN_DELIVERED, "So.", version=saving.version, by=of.officer)
        rate_saving(saving, Rating.AMBER, "The contract slips.", version=saving.version, by=of.officer)
        change = session.scalars(select(SavingChange).where(SavingChange.act == Act.RATE_SAVING)).one()
        assert (change.rating_before, change.rating_after, change.reason) == (
            "green_delivered",
            "amber",
            "The contract slips.",
        )

    def test_a_claim_of_harbour_s_is_never_rated_delivered(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        agreed_at_less(deal)
        acting(deal.payer)
        saving = session.scalars(select(Saving)).one()
        with pytest.raises(Invalid, match="as they are paid"):
            rate_saving(saving, Rating.GREEN_DELIVERED, "Done.", version=saving.version, by=deal.payer)
        rate_saving(saving, Rating.RED, "The provider gave notice.", version=saving.version, by=deal.payer)

    def test_reversed_by_a_new_entry_both_come_to_nought(self, session: scoped_session[Session]) -> None:
        of = a_treasury()
        saving = an_approved_saving(of)
        reversal = reverse_saving(saving, "Counted in the schools budget.", by=of.officer)
        assert (saving.state, reversal.state, reversal.reverses_id, sum_of_ledger()) == (
            S.REVERSED,
            S.APPROVED,
            saving.id,
            0,
        )
        with pytest.raises(NotNow):
            reverse_saving(saving, "Again.", by=of.officer)
        with pytest.raises(Invalid, match="reverses another"):
            reverse_saving(reversal, "Back.", by=of.officer)
        a_saving(of)

    def test_a_reversed_uplift_comes_to_nought_in_every_year(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        agreed_at_less(deal)
        acting(deal.payer)
        saving = session.scalars(select(Saving)).one()
        approve_savings([saving], by=deal.payer)
        later = deal.round.effective_on + timedelta(500)
        assert sum(entry.total for entry in counted(entries(today=later))) > 9_000
        reverse_saving(saving, "Wrong.", by=deal.payer)
        found = counted(entries(today=later))
        assert (len(found), sum(entry.total for entry in found)) == (2, 0)


class TestWhatTheDatabaseRefuses:
    def test_the_same_pound_twice(self, session: scoped_session[Session]) -> None:
        of = a_treasury()
        ground = session.scalars(select(Ground).where(Ground.saving_id == a_saving(of).id)).first()
        assert ground is not None
        assert ground.ends_on is not None
        other = enter_saving(typed(of.borough, "Escorts"), by=of.officer)
        session.add(
            Ground(
                saving_id=other.id, authority_id=ground.authority_id, layer=ground.layer, undertaking=ground.undertaking,
                starts_on=ground.ends_on - timedelta(1), ends_on=None,
            )
        )  # fmt: skip
        with pytest.raises(IntegrityError, match="ex_saving_grounds_overlap"):
            session.flush()

    @pytest.mark.parametrize(
        ("statement", "said"),
        [
            ("UPDATE savings SET title = 'Other'", "never edited"),
            ("UPDATE savings SET project = 'SEND'", "never edited"),
            ("UPDATE saving_grounds SET starts_on = '2020-01-01'", "never edited"),
            ("UPDATE saving_amounts SET amount = 1", "permission denied"),
            ("DELETE FROM savings", "permission denied"),
            ("DELETE FROM saving_amounts", "permission denied"),
            ("UPDATE saving_changes SET reason = ''", "permission denied"),
        ],
    )
    def test_editing_and_deleting(self, session: scoped_session[Session], statement: str, said: str) -> None:
        a_saving(a_treasury())
        with pytest.raises(DBAPIError, match=said):
            session.execute(text(statement))

    def test_the_hub_takes_back_nothing_but_an_undone_uplift(self, session: scoped_session[Session]) -> None:
        of = a_treasury()
        saving = a_saving(of)
        facts = {column.key: getattr(saving, column.key) for column in Saving.__table__.columns}
        taken_back = {"state": SavingState.APPROVED, "decided_at": clock.now(), "decided_by_name": "Hub"}
        forged = {"id": uuid.uuid4(), "reference": "X-1", "reverses_id": saving.id}
        acting(of.analyst)
        with pytest.raises(DBAPIError, match="row-level security"):
            session.execute(insert(Saving), [facts | taken_back | forged])

    def test_the_hub_approves_nothing(self, session: scoped_session[Session]) -> None:
        of = a_treasury()
        a_saving(of)
        acting(of.analyst)
        with pytest.raises(DBAPIError, match="row-level security"):
            session.execute(text("UPDATE savings SET state = 'approved', decided_at = now(), decided_by_name = 'Hub'"))

    def test_strangers_see_nothing(self, session: scoped_session[Session]) -> None:
        of = a_treasury()
        read_savings_plan(a_plan(of), by=of.commissioner)
        an_approved_saving(of)
        tables = (SavingsPlan, Saving, Ground, SavingAmount, SavingChange)
        for seer in (of.other, of.analyst):
            acting(seer)
            assert all(session.scalar(select(func.count()).select_from(table)) for table in tables)
        for stranger in (
            a_person(a_provider(), Role.PROVIDER_FINANCE),
            a_person(a_borough(of.hub, "London Borough of Next"), Role.FINANCE_OFFICER),
        ):
            acting(stranger)
            assert [session.scalar(select(func.count()).select_from(table)) for table in tables] == [0] * 5


class TestPlans:
    def test_kept_it_becomes_an_entry_for_each_rating(self, session: scoped_session[Session]) -> None:
        of = a_treasury()
        plan = read_savings_plan(a_plan(of), by=of.commissioner)
        kept = keep_plan(plan, by=of.commissioner)
        assert {(saving.rating, saving.state) for saving in kept} == {(rating, S.CLAIMED) for rating in Rating}
        acting(of.officer)
        waiting = session.scalars(select(Saving)).all()
        approve_savings(waiting, by=of.officer)
        assert sum_of_ledger() == 1_153_000

    def test_a_plan_that_does_not_add_up_is_never_kept(self, session: scoped_session[Session]) -> None:
        of = a_treasury()
        plan = read_savings_plan(a_plan(of, PLAN.replace("1,153", "1,154")), by=of.commissioner)
        with pytest.raises(Invalid, match="does not add up"):
            keep_plan(plan, by=of.commissioner)
        discard_plan(session.get_one(SavingsPlan, plan.id), by=of.commissioner)
        assert session.scalar(select(func.count()).select_from(Saving)) == 0

    def test_the_same_plan_is_not_kept_twice(self, session: scoped_session[Session]) -> None:
        of = a_treasury()
        keep_plan(read_savings_plan(a_plan(of), by=of.commissioner), by=of.commissioner)
        again = read_savings_plan(a_plan(of), by=of.commissioner)
        with pytest.raises(Invalid, match="counted once"):
            keep_plan(again, by=of.commissioner)
        assert session.scalar(select(func.count()).select_from(Saving)) == 4

    def test_what_was_sent_is_kept_to_the_byte(self, session: scoped_session[Session]) -> None:
        of = a_treasury()
        plan = read_savings_plan(a_plan(of), by=of.commissioner)
        assert (
            bytes(session.scalar(text("SELECT content FROM stored_files WHERE id = :id"), {"id": plan.file_id}))
            == PLAN.encode()
        )
        assert plan.cells == [line.split("\t") for line in PLAN.splitlines()]

    def test_a_workbook_is_read_like_a_paste(self, session: scoped_session[Session]) -> None:
        of = a_treasury()
        book = Workbook()
        for line in PLAN.splitlines():
            cells = [cell.replace(",", "") for cell in line.split("\t")]
            book.active.append([int(cell) if cell.isdigit() else cell for cell in cells])
        sent = io.BytesIO()
        book.save(sent)
        plan = read_savings_plan(a_plan(of, pasted="", file=Upload("plan.xlsx", sent.getvalue())), by=of.commissioner)
        assert plan.adds_up
        assert sum(sum(line.sum for line in block.lines) for block in table_of(plan).blocks) == 1153

    def test_neither_or_both_a_file_and_a_paste(self, session: scoped_session[Session]) -> None:
        of = a_treasury()
        for sent in ({"pasted": ""}, {"file": Upload("plan.csv", b"a,b")}):
            with pytest.raises(Invalid, match="one of the two"):
                read_savings_plan(a_plan(of, **sent), by=of.commissioner)
        with pytest.raises(Invalid, match="neither CSV nor XLSX"):
            read_savings_plan(a_plan(of, pasted="", file=Upload("plan.pdf", b"%PDF-")), by=of.commissioner)
