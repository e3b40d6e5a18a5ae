"""The three reports as documents: PDF/UA-1, six to ten pages, every sum recounted from raw rows, no child in them."""

import subprocess
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import page
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from contracts.agreement import Agreement, AgreementFeeLine
from foundation import clock
from foundation.database import db
from foundation.documents import build_document
from foundation.formatting import money
from foundation.money import to_penny
from foundation.quarters import Quarter
from marketplace.actor import SYSTEM
from marketplace.organisation import Organisation
from marketplace.small_numbers import Group, join_small, say_few
from outcomes.report import ReportKind
from outcomes.report_document import html_of
from outcomes.report_drawing import movement_rows
from outcomes.report_figures import Figures, gather
from outcomes.stays import join_bands
from tests.makers.outcomes import CANARY
from tests.makers.reports import Q3, Year, a_year
from tests.makers.standing import acting

LONG_NAME = "A Very Long Name for a Provider of Therapeutic Homes and Schools in the South of London Ltd"


@pytest.fixture
def year(session: scoped_session[Session], move_clock: Callable[..., None]) -> Year:
    return a_year(move_clock)


def figures_of(year: Year, kind: ReportKind, about: Organisation, quarter: Quarter = Q3) -> Figures:
    """What the worker gathers."""
    acting(SYSTEM)
    hub = db.session.get_one(Organisation, year.market.hub.id)
    return gather(hub, kind, db.session.get_one(Organisation, about.id), quarter)


def rendered(figures: Figures) -> str:
    return html_of(figures, reference="REP-7Q4K-2M", version=1, stamp=clock.now())


def text_of(content: bytes, path: Path) -> str:
    """Every word of a PDF."""
    path.write_bytes(content)
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("kind", list(ReportKind))
def test_each_report_passes_pdf_ua_and_names_no_child(
    year: Year, kind: ReportKind, built_assets: None, tmp_path: Path
) -> None:
    about = {
        ReportKind.PROVIDER: year.market.provider, ReportKind.AUTHORITY: year.market.borough,
        ReportKind.PARTNERSHIP: year.market.hub,
    }[kind]  # fmt: skip
    made = build_document(rendered(figures_of(year, kind, about)))
    report = page.validate_pdf_bytes(made.content, profile=page.ValidationProfile.PDF_UA_1)
    assert list(report.failures) == []
    assert 6 <= made.pages <= 10
    said = text_of(made.content, tmp_path / "report.pdf")
    assert CANARY not in said
    assert "Vexworth" not in said
    assert "Annex: figures to the penny" in said


@pytest.mark.slow
def test_a_provider_of_one_child_and_a_quarter_without_any_are_laid_out_too(
    year: Year, built_assets: None, tmp_path: Path
) -> None:
    for quarter in (Q3, Quarter.parse("2024-25 Q4")):
        figures = figures_of(year, ReportKind.PROVIDER, year.small, quarter)
        made = build_document(rendered(figures))
        assert list(page.validate_pdf_bytes(made.content, profile=page.ValidationProfile.PDF_UA_1).failures) == []


def test_spend_is_what_raw_fee_lines_come_to(year: Year) -> None:
    figures = figures_of(year, ReportKind.PROVIDER, year.market.provider)
    expected = Decimal(0)
    rows = db.session.execute(
        select(AgreementFeeLine.amount, Agreement.started_on, Agreement.ended_on)
        .join(Agreement, Agreement.id == AgreementFeeLine.agreement_id)
        .where(Agreement.provider_id == year.market.provider.id)
    )
    for weekly, starts, ends in rows:
        until = [(min(day, ends or day) - starts).days for day in (Q3.first_day, Q3.day_after)]
        before, after = (to_penny(weekly * max(0, days) / 7) for days in until)
        expected += after - before
    assert figures.spend.in_quarter == expected
    assert money(expected) in rendered(figures)


def test_the_boroughs_and_the_providers_each_add_up_to_the_partnership(year: Year) -> None:
    whole = figures_of(year, ReportKind.PARTNERSHIP, year.market.hub)
    for kind, abouts in (
        (ReportKind.AUTHORITY, (year.market.borough, year.second)),
        (ReportKind.PROVIDER, (year.market.provider, year.small)),
    ):
        parts = [figures_of(year, kind, about) for about in abouts]
        assert sum(part.spend.to_date for part in parts) == whole.spend.to_date
        assert sum(part.movement.after for part in parts) == whole.movement.after
        assert sum(part.movement.days for part in parts) == whole.movement.days


def test_movement_is_counted_from_the_rows(year: Year) -> None:
    moved = figures_of(year, ReportKind.AUTHORITY, year.market.borough).movement
    assert (moved.before, moved.started, moved.ended, moved.unplanned, moved.after) == (5, 2, 1, 1, 6)


def test_one_child_is_not_told_in_what_leaves_the_borough(year: Year) -> None:
    said = rendered(figures_of(year, ReportKind.PROVIDER, year.small))
    assert "Fewer than 5 children were placed on 31\u00a0December 2025" in said.replace(
        "31 December", "31\u00a0December"
    )
    assert year.references[-1] not in said
    assert LONG_NAME in said
    own = rendered(figures_of(year, ReportKind.AUTHORITY, year.second))
    assert year.references[-1] in own


def test_a_quarter_without_placements_says_so(year: Year) -> None:
    figures = figures_of(year, ReportKind.PROVIDER, year.small, Quarter.parse("2024-25 Q4"))
    said = rendered(figures)
    assert "There was no placement in 2024-25 Q4." in said
    assert "nothing is divided by nought" in said
    assert figures.spend.year == 0


def test_the_same_figures_have_the_same_hash_and_others_another(year: Year) -> None:
    first = figures_of(year, ReportKind.PROVIDER, year.market.provider)
    assert first.inputs_sha256 == figures_of(year, ReportKind.PROVIDER, year.market.provider).inputs_sha256
    assert first.inputs_sha256 != figures_of(year, ReportKind.PROVIDER, year.small).inputs_sha256


def test_sentences_claim_only_what_moved(year: Year) -> None:
    said = rendered(figures_of(year, ReportKind.PROVIDER, year.market.provider))
    assert "School attendance rose from 88% to 94.1% (target at least 93%): now on target [LE1]." in said
    assert "Dental check in date fell from 88.9% to 66.7% (target at least 90%): now off target [HE2]." in said


class TestSmallNumbers:
    def test_small_groups_are_joined_until_nothing_can_be_subtracted(self) -> None:
        groups = [
            Group(name, count, Decimal(count), Decimal(0)) for name, count in (("A", 1), ("B", 9), ("C", 7), ("D", 0))
        ]
        joined = join_small(groups, "borough")
        assert [(group.name, group.children, group.spent) for group in joined] == [
            ("B", 9, Decimal(9)), ("D", 0, Decimal(0)), ("2 boroughs joined", 8, Decimal(8)),
        ]  # fmt: skip

    def test_money_for_a_child_who_has_left_is_joined_too(self) -> None:
        groups = [Group("A", 0, Decimal(10), Decimal(0)), Group("B", 6, Decimal(60), Decimal(6))]
        assert [group.name for group in join_small(groups, "provider")] == ["2 providers joined"]

    def test_who_came_and_who_left_are_hidden_together(self, year: Year) -> None:
        rows, total = movement_rows(figures_of(year, ReportKind.PROVIDER, year.market.provider))
        assert total[2:4] == ["not shown", "not shown"]
        assert rows[0][2:4] == ["not shown", "not shown"]

    def test_bands_join_their_neighbours(self) -> None:
        assert join_bands([("0 to 4", 1), ("5 to 10", 6), ("11 to 15", 9), ("16 and over", 2)], 5) == [
            ("0 to 4; 5 to 10", 7), ("11 to 15; 16 and over", 11),
        ]  # fmt: skip

    def test_nought_says_nothing_of_anybody(self) -> None:
        assert [say_few(count) for count in (0, 1, 4, 5)] == ["0", "fewer than 5", "fewer than 5", "5"]


def test_the_year_begins_in_april(year: Year) -> None:
    assert figures_of(year, ReportKind.AUTHORITY, year.market.borough).spend.months[0] == f"{date(2025, 4, 1):%b}"
