"""Run by the benchmark in a process of its own: makes one report of each kind, and lays the same HTML out by WeasyPrint alone."""

import resource
import time

from weasyprint import CSS, HTML

from foundation import clock
from foundation.database import db
from foundation.documents import STATIC, LocalFiles, build_document
from foundation.quarters import Quarter
from foundation.tenancy import act_as_system
from marketplace.actor import SYSTEM
from marketplace.organisation import Organisation
from outcomes import reporting
from outcomes.report import ReportKind
from outcomes.reporting import hub_of, make_report, order_reports, wanted_reports
from wsgi import create_app


def main() -> None:
    """One line for each kind: name, seconds, peak megabytes, seconds of the floor."""
    with create_app().app_context():
        act_as_system()
        quarter = Quarter.of(clock.today()).previous()
        first = dict(reversed(wanted_reports(hub_of(SYSTEM), quarter, None)))
        run_id = order_reports(quarter, queued=False, by=SYSTEM).id
        build_document("<!doctype html><html lang='en'><title>Warm</title><h1>Warm</h1></html>")
        for kind, about_id in first.items():
            _measure(run_id, kind, about_id)


def _measure(run_id: object, kind: ReportKind, about_id: object) -> None:
    laid_out: list[str] = []
    reporting.build_document = lambda html: laid_out.append(html) or build_document(html)  # type: ignore[attr-defined, func-returns-value]
    act_as_system()
    run, about = db.session.get_one(reporting.ReportRun, run_id), db.session.get_one(Organisation, about_id)
    begun = time.perf_counter()
    make_report(run, kind, about, by=SYSTEM)
    took = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"Report: {kind.value}\t{took:.3f}\t{peak:.0f}\t{_bare(laid_out[0]):.3f}", flush=True)


def _bare(html: str) -> float:
    begun = time.perf_counter()
    sheet = CSS(filename=STATIC / "documents.css", url_fetcher=LocalFiles())
    source = HTML(string=html, base_url=STATIC.as_uri() + "/", url_fetcher=LocalFiles())
    source.write_pdf(stylesheets=[sheet], pdf_variant="pdf/ua-1")
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
