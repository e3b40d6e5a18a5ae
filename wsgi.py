"""The composition root: `create_app()` puts the house together. It imports everything and is imported by nobody."""

from collections.abc import Callable
from typing import Any

from flask import Flask, redirect
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from contracts import agreement, agreement_views, award, awarding_views, payer_views
from contracts import register_views as contract_register_views
from contracts import work_sources as agreement_work
from contracts.block import block_contract
from contracts.block import views as block_views
from contracts.block import work_sources as block_work
from contracts.invoicing import commands as schedule_commands
from contracts.invoicing import credit_note, export, export_views, invoice, invoice_views, schedule
from contracts.invoicing import jobs as schedule_jobs
from contracts.invoicing import views as schedule_views
from contracts.invoicing import work_sources as invoice_work
from contracts.money import accrual_views, budget, budget_views, forecast_views, what_if_views
from contracts.money import views as money_views
from contracts.money import work_sources as money_work
from contracts.savings import acting_views as savings_acting_views
from contracts.savings import plan as savings_plan
from contracts.savings import saving
from contracts.savings import views as savings_views
from contracts.savings import work_sources as savings_work
from contracts.sealing import jobs as sealing_jobs
from contracts.sealing import sealed_paper
from contracts.sealing import views as sealing_views
from contracts.section_251 import views as section_251_views
from contracts.spot import purchase as spot_purchase
from contracts.spot import report_views as spot_views
from contracts.spot import work_sources as spot_work
from contracts.staying import meeting as disruption_meeting
from contracts.staying import setting_move
from contracts.staying import views as staying_views
from contracts.staying import work_sources as staying_work
from contracts.uplift import request as uplift_request
from contracts.uplift import round as uplift_round
from contracts.uplift import scope_views as uplift_views
from contracts.uplift import standing as uplift_standing
from contracts.uplift import work_sources as uplift_work
from contracts.varying import absence, absence_views, notice_views, variation
from contracts.varying import views as variation_views
from contracts.varying import work_sources as variation_work
from demo import commands as demo_commands
from foundation import (
    answers,
    audit,
    audit_verifying,
    files,
    once,
    outbox,
    places,
    places_commands,
    running,
    tenancy,
    web,
)
from foundation.cluster import find_addresses
from foundation.config import Settings, kept_secret
from foundation.database import db
from marketplace import (
    account_views,
    admission,
    admission_views,
    application_views,
    audit_views,
    directory_views,
    entrance_views,
    framework,
    framework_views,
    letters_views,
    organisation,
    people_commands,
    people_views,
    person,
    posting_letters,
    register_commands,
    register_jobs,
    register_views,
    setting,
    setting_term,
    setting_views,
    signed_in,
    term_views,
    work,
)
from marketplace import work_sources as market_work
from outcomes import (
    beside_uplift,
    monitoring,
    report,
    report_commands,
    report_jobs,
    report_views,
    return_jobs,
    return_views,
    scorecard_views,
    work_sources,
)
from referrals import (
    approval_views,
    child,
    children_views,
    choosing_views,
    choosing_work,
    evaluation,
    form_views,
    inbox_views,
    inbox_work,
    invitation_views,
    leaving_views,
    offer,
    offer_views,
    referral,
    referral_work,
    views,
)

#: Every module that declares tables, so that the metadata is whole in every process.
NOUNS = (
    agreement, award, audit, files, once, outbox, places, tenancy, admission, framework, organisation, person, setting, setting_term,
    monitoring, report, child, evaluation, offer, referral, variation, absence, uplift_round, uplift_request,
    budget,
    savings_plan, saving,
    setting_move, disruption_meeting, sealed_paper, block_contract,
    spot_purchase,
    schedule, invoice, credit_note, export,
)  # fmt: skip

#: Every blueprint, in the order of the staircase.
BLUEPRINTS = (
    work.blueprint, entrance_views.blueprint, account_views.blueprint, people_views.blueprint, letters_views.blueprint,
    audit_views.blueprint, register_views.blueprint,
    framework_views.blueprint, application_views.blueprint, admission_views.blueprint, setting_views.blueprint, term_views.blueprint,
    directory_views.blueprint, leaving_views.blueprint, children_views.blueprint, views.blueprint,
    form_views.blueprint, approval_views.blueprint, return_views.blueprint, report_views.blueprint, scorecard_views.blueprint,
    inbox_views.blueprint, offer_views.blueprint, invitation_views.blueprint, choosing_views.blueprint, awarding_views.blueprint,
    agreement_views.blueprint, payer_views.blueprint, variation_views.blueprint, notice_views.blueprint, absence_views.blueprint,
    contract_register_views.blueprint,
    money_views.blueprint, budget_views.blueprint, forecast_views.blueprint, what_if_views.blueprint,
    accrual_views.blueprint, section_251_views.blueprint,
    schedule_views.blueprint, invoice_views.blueprint, export_views.blueprint,
    uplift_views.blueprint,
    staying_views.blueprint, sealing_views.blueprint,
    savings_acting_views.blueprint, savings_views.blueprint,
    block_views.blueprint,
    spot_views.blueprint,
)  # fmt: skip

#: Every module that declares jobs, so that each process knows them all.
JOBS = (register_jobs, posting_letters, return_jobs, report_jobs, sealing_jobs, schedule_jobs)

#: What each package adds to *Your work*.
WORK: tuple[work.Source, ...] = (
    market_work.items_of,
    referral_work.work_of_referrals,
    choosing_work.work_of_choosing,
    inbox_work.work_of_inbox,
    work_sources.items_of,
    agreement_work.agreements_of,
    variation_work.variations_to_decide,
    variation_work.absences_to_confirm,
    uplift_work.uplifts_of,
    money_work.money_work,
    staying_work.meetings_to_hold,
    staying_work.actions_to_do,
    savings_work.savings_to_approve,
    block_work.blocks_of,
    spot_work.spot_work,
    invoice_work.items_of,
)

#: Commands of the packages: functions that take the application.
COMMANDS: tuple[Callable[[Flask], None], ...] = (
    places_commands.init_app, audit_verifying.init_app, people_commands.init_app, register_commands.init_app,
    report_commands.init_app, demo_commands.init_app, schedule_commands.init_app,
)  # fmt: skip


def create_app(settings: Settings | None = None, **config: Any) -> Flask:
    """An application over one database. `config` overrides what the environment says; tests give the address this way."""
    settings = settings or Settings.from_environment()
    app = Flask(__name__)
    app.config.update(_config(settings, config))
    app.config["SETTINGS"] = settings
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies)  # type: ignore[method-assign]
    db.init_app(app)
    CSRFProtect(app)
    web.register_look(app)
    running.init_app(app)
    answers.register_answers(app)
    signed_in.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for add_commands in COMMANDS:
        add_commands(app)
    work.SOURCES[:] = WORK
    uplift_standing.SOURCES[:] = [beside_uplift.quality_beside]
    app.add_url_rule("/", view_func=_home)
    return app


def _home() -> Response:
    return redirect("/work")


def _config(settings: Settings, overriding: dict[str, Any]) -> dict[str, Any]:
    if "SQLALCHEMY_DATABASE_URI" not in overriding:
        overriding["SQLALCHEMY_DATABASE_URI"] = find_addresses(settings).app
    return {
        "SECRET_KEY": settings.secret_key,
        "AUDIT_KEY": kept_secret(settings.data_dir / "audit_key"),
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_pre_ping": True, "pool_size": 8, "max_overflow": 4, "pool_timeout": 10},
        "MAX_CONTENT_LENGTH": 25 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.is_secure,
        "WTF_CSRF_TIME_LIMIT": None,
        **overriding,
    }
