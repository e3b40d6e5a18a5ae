"""A provider's own settings: the list, each one, its facts, needs and vacancies."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response

from foundation import clock
from foundation.database import db
from marketplace.keeping_settings import NeedSaid, add_setting, change_setting, confirm_vacancies, say_needs
from marketplace.needs import need_label
from marketplace.organisation import Organisation
from marketplace.roles import Kind
from marketplace.setting import SettingKind
from marketplace.setting_forms import NeedsForm, SettingForm, VacanciesForm, needs_form, setting_form
from marketplace.setting_queries import PAGE_SIZE, lots_of, needs_said, own_setting, own_settings
from marketplace.setting_term import school_years_of
from marketplace.setting_words import (
    ACCEPTS_WORDS,
    KIND_WORDS,
    LEVEL_BADGES,
    LEVEL_WORDS,
    STAY_WORDS,
    freshness_badge,
    per_unit,
    rating_badge,
    vacancy_words,
)
from marketplace.signed_in import signed_in_actor
from marketplace.terms_of_year import academic_year_of, in_words

blueprint = Blueprint("settings", __name__, url_prefix="/settings")
Answer = Response | tuple[str, int]


@blueprint.record_once
def _give_words(state: BlueprintSetupState) -> None:
    """Templates of the whole product speak of settings in the same words; globals, since a context processor runs once a field."""
    state.app.jinja_env.globals.update(
        kind_words=KIND_WORDS, accepts_words=ACCEPTS_WORDS, level_words=LEVEL_WORDS, stay_words=STAY_WORDS,
        level_badges=LEVEL_BADGES, freshness_badge=freshness_badge, rating_badge=rating_badge, vacancy_words=vacancy_words,
        need_label=need_label, per_unit=per_unit, school_year=in_words,
    )  # fmt: skip


@blueprint.before_request
def _providers_only() -> None:
    if signed_in_actor().kind is not Kind.PROVIDER:
        abort(403)


@blueprint.get("")
def index() -> str:
    """The provider's settings, those to be confirmed first."""
    page = max(1, request.args.get("page", 1, int))
    rows, number = own_settings(signed_in_actor(), page)
    last = max(1, -(-number // PAGE_SIZE))
    return render_template("settings/index.html", rows=rows, number=number, page=page, last=last, now=clock.now())


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> Answer:
    """A setting that no register brought."""
    actor, form = signed_in_actor(), SettingForm(data={"kind": SettingKind.SPECIAL_SCHOOL.value})
    provider = db.session.get_one(Organisation, actor.organisation_id)
    if form.validate_on_submit() and form.carry_out(add_setting, provider, form.facts, by=actor):
        flash("The setting was added. Say next which needs it can meet.", "ok")
        return redirect(url_for("settings.show", reference=form.outcome.reference), 303)
    return render_template("settings/form.html", form=form, setting=None), form.status


@blueprint.get("/<reference>")
def show(reference: str) -> str:
    """One setting: what is said of it, where it stands, what is missing."""
    setting = own_setting(reference, signed_in_actor())
    return render_template(
        "settings/setting.html", setting=setting, needs=needs_said(setting), lots=lots_of(setting), now=clock.now(),
        terms=school_years_of(setting), this_school_year=academic_year_of(clock.today()),
    )  # fmt: skip


@blueprint.route("/<reference>/facts", methods=["GET", "POST"])
def facts(reference: str) -> Answer:
    """The setting's facts, to complete and correct."""
    actor = signed_in_actor()
    setting = own_setting(reference, actor)
    form = setting_form(setting)
    if form.validate_on_submit() and form.carry_out(change_setting, setting, form.facts, _version(form), by=actor):
        return _done(setting.reference, "The setting was changed.")
    return render_template("settings/form.html", form=form, setting=setting), form.status


@blueprint.route("/<reference>/needs", methods=["GET", "POST"])
def needs(reference: str) -> Answer:
    """Which needs the setting can meet, how far, and what shows it."""
    actor = signed_in_actor()
    setting = own_setting(reference, actor)
    form = needs_form(setting, {need.need: NeedSaid(need.level, need.evidence) for need in needs_said(setting)})
    if form.validate_on_submit() and form.carry_out(say_needs, setting, form.needs, _version(form), by=actor):
        return _done(setting.reference, "What you said of needs was kept. Searches read it from now on.")
    return render_template("settings/needs.html", form=form, setting=setting), form.status


@blueprint.route("/<reference>/vacancies", methods=["GET", "POST"])
def vacancies(reference: str) -> Answer:
    """How many places could be taken, and from when."""
    actor = signed_in_actor()
    setting = own_setting(reference, actor)
    said = "" if setting.vacancies is None else str(setting.vacancies)
    form = VacanciesForm(data={"vacancies": said, "vacant_from": setting.vacant_from})
    if form.validate_on_submit() and form.carry_out(
        confirm_vacancies, setting, form.vacancies.number or 0, form.vacant_from.data, by=actor
    ):
        return _done(None, f"The vacancies of {setting.name} were kept.")
    return render_template("settings/vacancies.html", form=form, setting=setting, now=clock.now()), form.status


@blueprint.post("/<reference>/still-right")
def still_right(reference: str) -> Response:
    """One press: what was said of vacancies last is still so."""
    actor = signed_in_actor()
    setting = own_setting(reference, actor)
    confirm_vacancies(setting, setting.vacancies or 0, setting.vacant_from, by=actor)
    return _done(None, f"{setting.name}: {vacancy_words(setting.vacancies).lower()}, confirmed today.")


def _version(form: SettingForm | NeedsForm) -> int:
    typed = str(form.version.data)
    return int(typed) if typed.isdigit() else 0


def _done(reference: str | None, said: str) -> Response:
    flash(said, "ok")
    if reference is None:
        return redirect(url_for("settings.index"), 303)
    return redirect(url_for("settings.show", reference=reference), 303)
