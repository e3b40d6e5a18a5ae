"""The form of a referral: its task list, one section a page, the preview, what is to mend, and sending it for approval."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from marketplace.acts import Act
from marketplace.policy import authorise, may
from marketplace.signed_in import signed_in_actor
from referrals import queries
from referrals.answer_forms import hints_of, section_form
from referrals.drafting import AnswersChanged, justify_finding, save_answers
from referrals.forms_of_acts import ReasonForm, SendForm
from referrals.overview import STEPS
from referrals.profiling import form_of, profile_of
from referrals.publishing import quality_of, send_for_approval
from referrals.tabs import tabs_of
from referrals.task_list import compared, section_of, task_list_of

blueprint = Blueprint("referral_form", __name__, url_prefix="/referrals/<reference>")

Page = str | Response | tuple[str, int]


@blueprint.get("/form")
def show_form(reference: str) -> str:
    """Where the form stands: what is complete, what is to mend, what is missing. Once it is sent, its answers."""
    actor = signed_in_actor()
    referral = queries.referral_of(reference, actor)
    authorise(actor, Act.OPEN_IDENTITY, referral)
    task_list = task_list_of(referral)
    page = "task_list" if may(actor, Act.SAVE_ANSWERS, referral) else "answers"
    return render_template(
        f"referrals/{page}.html", referral=referral, form_page=task_list, tabs=tabs_of(referral), steps=STEPS
    )


@blueprint.route("/form/<section_key>", methods=["GET", "POST"])
def show_section(reference: str, section_key: str) -> Page:
    """Answer the questions of one section."""
    actor = signed_in_actor()
    referral = queries.referral_of(reference, actor)
    authorise(actor, Act.SAVE_ANSWERS, referral)
    section, following = section_of(referral, section_key)
    saved = queries.answers_of(referral)
    form = section_form(section, saved.answers, saved.version)
    version = form.version.data
    if form.validate_on_submit() and form.carry_out(save_answers, referral, form.typed, version=version, by=actor):
        flash(f"“{section.title}” is saved.", "ok")
        further = f"/{following.key}" if following and request.form.get("then") == "next" else ""
        return redirect(url_for(".show_form", reference=reference) + further, 303)
    shown = {"section": section, "following": following, "hints": hints_of(form_of(referral), section)}
    return render_template("referrals/section.html", referral=referral, form=form, **shown), form.status


@blueprint.errorhandler(AnswersChanged)
def show_both(changed: AnswersChanged) -> Page:
    """A colleague saved meanwhile: what stands now beside what was typed, and nothing lost."""
    referral = queries.referral_of(request.view_args["reference"], signed_in_actor())  # type: ignore[index]
    both = compared(referral, changed)
    again = [
        item for item in request.form.items(multi=True) if item[0] not in ("csrf_token", "one_time_key", "version")
    ]
    return render_template("referrals/changed.html", referral=referral, both=both, again=again), 409


@blueprint.get("/preview")
def show_preview(reference: str) -> str:
    """Exactly what providers will see."""
    actor = signed_in_actor()
    referral = queries.referral_of(reference, actor)
    authorise(actor, Act.OPEN_IDENTITY, referral)
    profile = profile_of(referral, queries.answers_of(referral).answers, queries.identity_of_referral(referral))
    return render_template("referrals/preview.html", referral=referral, profile=profile)


@blueprint.route("/findings/<finding>", methods=["GET", "POST"])
def show_finding(reference: str, finding: str) -> Page:
    """Say why something that the check found must stay."""
    actor = signed_in_actor()
    referral = queries.referral_of(reference, actor)
    authorise(actor, Act.SAVE_ANSWERS, referral)
    found = quality_of(referral).finding(finding)
    form = ReasonForm()
    if form.validate_on_submit() and form.carry_out(justify_finding, referral, finding, form.reason.data, by=actor):
        flash("The reason is kept. The manager who approves will read it.", "ok")
        return redirect(url_for(".show_form", reference=reference), 303)
    return render_template("referrals/finding.html", referral=referral, found=found, form=form), form.status


@blueprint.route("/send", methods=["GET", "POST"])
def show_send(reference: str) -> Page:
    """Send the complete referral to the managers."""
    actor = signed_in_actor()
    referral = queries.referral_of(reference, actor)
    authorise(actor, Act.SEND_FOR_APPROVAL, referral)
    form = SendForm()
    if form.validate_on_submit() and form.carry_out(send_for_approval, referral, by=actor):
        flash("The referral is with your managers, and they are told.", "ok")
        return redirect(url_for("referrals.show_referral", reference=reference), 303)
    return render_template(
        "referrals/send.html", referral=referral, quality=quality_of(referral), form=form
    ), form.status
