"""The page on which a provider enters the terms of a setting."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from foundation import clock
from marketplace.acts import Act
from marketplace.entering_terms import enter_terms
from marketplace.policy import permits
from marketplace.setting_queries import own_setting
from marketplace.setting_term import school_years_of
from marketplace.signed_in import signed_in_actor
from marketplace.term_forms import terms_form
from marketplace.terms_of_year import academic_year_of, in_words

blueprint = Blueprint("terms", __name__, url_prefix="/settings/<reference>/terms")
#: how many school years before and after the present one terms may be entered for
PAST, AHEAD = 10, 3


@blueprint.route("/<int:year>", methods=["GET", "POST"])
def enter(reference: str, year: int) -> Response | tuple[str, int]:
    """The terms of one school year."""
    actor, present = signed_in_actor(), academic_year_of(clock.today())
    setting = own_setting(reference, actor)
    if not permits(actor, Act.ENTER_TERMS, setting) or not present - PAST <= year <= present + AHEAD:
        abort(403 if present - PAST <= year <= present + AHEAD else 404)
    form = terms_form(school_years_of(setting).get(year, []))
    if form.validate_on_submit() and form.carry_out(enter_terms, setting, year, form.terms, by=actor):
        flash(f"The terms of {in_words(year)} were kept. Offers and fees follow them.", "ok")
        return redirect(url_for("settings.show", reference=reference), 303)
    return render_template("settings/terms.html", form=form, setting=setting, year=year), form.status
