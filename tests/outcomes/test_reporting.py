"""Reports: ordered, made, archived, read. Documents themselves are looked at in test_report_documents."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, scoped_session

from foundation.audit import AuditEvent
from foundation.database import db
from foundation.documents import Document, DocumentFault
from foundation.files import StoredFile
from foundation.outbox import Letter
from foundation.permission import Invalid, NotPermitted
from foundation.quarters import Quarter
from marketplace.actor import SYSTEM, Actor
from marketplace.organisation import Organisation
from marketplace.roles import Role
from outcomes import reporting
from outcomes.report import Report, ReportKind, ReportRun
from outcomes.report_jobs import make_or_name, order_at_quarter_end
from outcomes.reporting import make_report, order_reports, read_report, wanted_reports
from tests.makers.answers import here
from tests.makers.outcomes import a_placement
from tests.makers.reports import MADE_ON, Q2, Q3, Year, a_year
from tests.makers.standing import a_person, a_provider, acting


@pytest.fixture
def year(
    session: scoped_session[Session], move_clock: Callable[[datetime], None], monkeypatch: pytest.MonkeyPatch
) -> Year:
    """A year's history on 26 January 2026; documents are not laid out here, which would take seconds each."""
    paper = Document(b"%PDF-1.7 a report", "0" * 64, 9)
    monkeypatch.setattr(reporting, "build_document", lambda html: paper)
    return a_year(move_clock, children=3)


def ordered(year: Year, quarter: Quarter = Q3) -> ReportRun:
    """A run ordered by the hub manager."""
    acting(year.market.analyst)
    return order_reports(quarter, by=year.market.analyst)


def made(year: Year, kind: ReportKind, about: Organisation, run: ReportRun | None = None) -> Report:
    """One report of a run, made by the worker."""
    run = run or ordered(year)
    acting(SYSTEM)
    return make_report(here(run), kind, db.session.get_one(Organisation, about.id), by=SYSTEM)


def queued() -> int:
    """Reports that wait for the worker."""
    return db.session.execute(
        text("SELECT count(*) FROM queue.procrastinate_jobs WHERE task_name = 'reports.make'")
    ).scalar_one()  # type: ignore[no-any-return]


class TestOrdering:
    def test_queues_one_job_for_each_report(self, year: Year) -> None:
        before = queued()
        run = ordered(year)
        wanted = wanted_reports(db.session.get_one(Organisation, year.market.hub.id), Q3)
        assert [kind for kind, _ in wanted] == ["partnership", "authority", "authority", "provider", "provider"]
        assert (run.wanted, run.made, queued() - before) == (5, 0, 5)

    def test_asked_for_twice_at_once_is_one_run(self, year: Year) -> None:
        before = queued()
        assert ordered(year).reference == ordered(year).reference
        assert queued() - before == 5

    def test_a_run_that_broke_off_keeps_nobody_from_ordering(
        self, year: Year, move_clock: Callable[[datetime], None]
    ) -> None:
        first = ordered(year).reference
        move_clock(MADE_ON + timedelta(hours=7))
        assert ordered(year).reference != first

    def test_is_not_for_boroughs_or_providers(self, year: Year) -> None:
        for actor in (year.market.officer, year.market.manager):
            acting(actor)
            with pytest.raises(NotPermitted):
                order_reports(Q3, by=actor)

    def test_waits_for_the_quarter_s_end(self, year: Year) -> None:
        acting(year.market.analyst)
        with pytest.raises(Invalid, match="2025-26 Q4 ends on 31 March 2026"):
            order_reports(Quarter.parse("2025-26 Q4"), by=year.market.analyst)

    def test_is_recorded(self, year: Year) -> None:
        ordered(year)
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.act == "order_reports")).one()
        assert event.after == {"quarter": "2025-26 Q3", "reports": 5}

    def test_the_worker_orders_by_itself_once_the_returns_are_in(
        self, year: Year, move_clock: Callable[[datetime], None]
    ) -> None:
        for day, runs in ((21, 0), (22, 1), (23, 1)):
            move_clock(datetime(2026, 1, day, 4, tzinfo=UTC))
            acting(SYSTEM)
            order_at_quarter_end()
            assert db.session.scalar(select(func.count()).select_from(ReportRun)) == runs


class TestMaking:
    def test_archives_the_document_with_its_hash(self, year: Year) -> None:
        report = made(year, ReportKind.PROVIDER, year.market.provider)
        file = db.session.get_one(StoredFile, report.file_id)
        assert (report.number, report.pages, report.sha256) == (1, 9, "0" * 64)
        assert (file.content, file.name) == (b"%PDF-1.7 a report", "2025-26-q3-oakfield-care-ltd-version-1.pdf")

    def test_keeps_the_last_one_while_no_figure_changes(
        self, year: Year, move_clock: Callable[[datetime], None]
    ) -> None:
        first = made(year, ReportKind.PROVIDER, year.market.provider).reference
        move_clock(MADE_ON + timedelta(hours=7))
        assert made(year, ReportKind.PROVIDER, year.market.provider).reference == first

    def test_makes_a_new_version_when_figures_change(self, year: Year, move_clock: Callable[[datetime], None]) -> None:
        first = made(year, ReportKind.PARTNERSHIP, year.market.hub).reference
        move_clock(MADE_ON + timedelta(hours=7))
        a_placement(year.second, year.market.setting, year.market.lot, date(2025, 12, 29))
        late = made(year, ReportKind.PARTNERSHIP, year.market.hub)
        assert (late.number, late.reference == first) == (2, False)

    def test_is_the_worker_s_alone(self, year: Year) -> None:
        run = ordered(year)
        with pytest.raises(NotPermitted):
            make_report(run, ReportKind.PARTNERSHIP, year.market.hub, by=year.market.analyst)

    def test_counts_once_however_often_the_job_is_done(self, year: Year) -> None:
        run = ordered(year)
        for _ in range(2):
            made(year, ReportKind.PROVIDER, year.market.provider, run)
        assert (here(run).made, here(run).finished_at) == (1, None)

    def test_one_failure_is_named_and_the_rest_go_on(self, year: Year, monkeypatch: pytest.MonkeyPatch) -> None:
        run = ordered(year)
        paper = reporting.build_document

        def falter(html: str) -> Document:
            if "<h1>Oakfield Care Ltd</h1>" in html:
                raise DocumentFault("a chart has no alternative text")
            return paper(html)

        monkeypatch.setattr(reporting, "build_document", falter)
        run_id, hub = run.id, db.session.get_one(Organisation, year.market.hub.id)
        for kind, about_id in wanted_reports(hub, Q3):
            make_or_name(run_id, kind, about_id)
        run = db.session.get_one(ReportRun, run_id)
        assert run.made == 4
        assert run.failures == [
            {
                "organisation": "Oakfield Care Ltd",
                "said": "The document could not be laid out: a chart has no alternative text",
            }
        ]
        assert run.finished_at is not None

    def test_sums_that_disagree_are_not_printed(self, year: Year, monkeypatch: pytest.MonkeyPatch) -> None:
        def wrong(*_args: object) -> None:
            raise AssertionError("The months add up to 1.00, not to 2.00.")

        run = ordered(year)
        monkeypatch.setattr("outcomes.report_figures._require_agreement", wrong)
        said = make_or_name(run.id, ReportKind.PARTNERSHIP, year.market.hub.id)
        assert said == "Its sums do not agree, so it was not printed: The months add up to 1.00, not to 2.00."

    def test_those_whom_it_concerns_are_told(self, year: Year) -> None:
        made(year, ReportKind.PARTNERSHIP, year.market.hub)
        told = set(db.session.scalars(select(Letter.organisation_id).where(Letter.act == "make_report")))
        assert told == {year.market.hub.id, year.market.borough.id, year.second.id}


class TestReading:
    def test_is_kept_in_the_trail_of_both_sides(self, year: Year) -> None:
        report = made(year, ReportKind.PROVIDER, year.market.provider)
        acting(year.market.manager)
        assert read_report(here(report), by=year.market.manager).startswith(b"%PDF")
        acting(year.market.analyst)
        events = db.session.scalars(select(AuditEvent.person_name).where(AuditEvent.act == "read_report")).all()
        assert events == [year.market.manager.name]

    def seen(self, actor: Actor) -> tuple[int, int, int]:
        acting(actor)
        reports = db.session.scalar(select(func.count()).select_from(Report)) or 0
        files = db.session.scalar(
            select(func.count())
            .select_from(StoredFile)
            .where(StoredFile.media_type == "application/pdf", StoredFile.size == 17)
        )
        return reports, files or 0, db.session.scalar(select(func.count()).select_from(ReportRun)) or 0

    def test_the_fence_shows_each_side_its_own(self, year: Year) -> None:
        run = ordered(year)
        for kind, about in (
            (ReportKind.PROVIDER, year.market.provider), (ReportKind.AUTHORITY, year.market.borough),
            (ReportKind.PARTNERSHIP, year.market.hub),
        ):  # fmt: skip
            made(year, kind, about, run)
        assert self.seen(year.market.analyst) == (3, 3, 1)
        assert self.seen(year.market.manager) == (1, 1, 0)
        assert self.seen(year.market.officer) == (2, 2, 0)
        assert self.seen(a_person(year.second, Role.COMMISSIONER)) == (1, 1, 0)
        assert self.seen(a_person(a_provider("Beech Ltd"), Role.PROVIDER_MANAGER)) == (0, 0, 0)


class TestThePages:
    def test_the_hub_orders_and_watches(self, year: Year, client_as: Callable[[Actor], FlaskClient]) -> None:
        client = client_as(year.market.analyst)
        assert client.post("/reports", data={"quarter": "Q3 2025"}).status_code == 422
        assert "Write it as 2025-26 Q3" in client.post("/reports", data={"quarter": "2025/26 quarter 3"}).text
        answer = client.post("/reports", data={"quarter": "2025-26 Q3"})
        assert answer.status_code == 303
        page = client.get(answer.location)
        assert page.headers["Refresh"] == "2"
        assert "0 of 5" in page.text

    def test_each_reads_its_own_and_no_other(self, year: Year, client_as: Callable[[Actor], FlaskClient]) -> None:
        report = made(year, ReportKind.PROVIDER, year.market.provider)
        reference, run = report.reference, db.session.scalars(select(ReportRun.reference)).one()
        client = client_as(year.market.manager)
        assert reference in client.get("/reports").text
        assert client.get(f"/reports/{reference}").status_code == 200
        answer = client.get(f"/reports/{reference}/document.pdf")
        assert (answer.status_code, answer.data, answer.mimetype) == (200, b"%PDF-1.7 a report", "application/pdf")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["ETag"] == f'"{"0" * 64}"'
        for stranger in (year.market.officer, a_person(a_provider("Beech Ltd"), Role.PROVIDER_MANAGER)):
            client = client_as(stranger)
            assert reference not in client.get("/reports").text
            for path in (f"/reports/{reference}", f"/reports/{reference}/document.pdf", f"/reports/runs/{run}"):
                assert client.get(path).status_code == 404

    def test_a_provider_cannot_order(self, year: Year, client_as: Callable[[Actor], FlaskClient]) -> None:
        client = client_as(year.market.manager)
        assert "Make a quarter’s reports" not in client.get("/reports").text
        assert client.post("/reports", data={"quarter": str(Q3)}).status_code == 403


class TestTheCommand:
    def test_makes_them_here_and_now_with_progress(self, app: Flask, year: Year) -> None:
        acting(SYSTEM)
        reference = db.session.get_one(Organisation, year.market.provider.id).reference
        done = app.test_cli_runner().invoke(args=["reports", "make", "--quarter", str(Q3), "--provider", reference])
        assert done.exit_code == 0, done.output
        assert "1/1 provider: Oakfield Care Ltd" in done.output
        assert "1 of 1 reports of 2025-26 Q3 are in the archive" in done.output

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["--quarter", "Q3 2025/26"], "Write it as 2025-26 Q3."),
            (["--quarter", "2025-26 Q4"], "ends on 31 March 2026"),
            (["--quarter", "2025-26 Q3", "--provider", "nonsense"], "is not one of our references"),
        ],
    )
    def test_says_what_is_wrong_and_fails(self, app: Flask, year: Year, arguments: list[str], said: str) -> None:
        done = app.test_cli_runner().invoke(args=["reports", "make", *arguments])
        assert done.exit_code != 0
        assert said in done.output


def test_quarters_before_anybody_was_placed_have_reports_of_boroughs_only(year: Year) -> None:
    acting(SYSTEM)
    hub = db.session.get_one(Organisation, year.market.hub.id)
    assert {kind for kind, _ in wanted_reports(hub, Quarter.parse("2023-24 Q1"))} == {"partnership", "authority"}
    assert (ReportKind.PROVIDER, year.market.provider.id) in wanted_reports(hub, Q2)
