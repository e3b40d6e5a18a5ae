"""The borough's side of the market's answer: which settings fit, whom it invited, and what providers ask."""

import uuid
from fractions import Fraction

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import SelectMultipleField

from foundation.submitting import Form
from marketplace.acts import Act
from marketplace.policy import may
from marketplace.signed_in import signed_in_actor
from referrals.clarifying import answer_clarification
from referrals.fit import shown as shown_points
from referrals.inbox_forms import AnswerForm
from referrals.inviting import invite_wave
from referrals.matching import matches_of
from referrals.overview import STEPS, deadline_of, head_of, waves_of
from referrals.queries import referral_of
from referrals.questions import question_number, questions_of
from referrals.timeline import entries_of, readers_among

blueprint = Blueprint("invitations", __name__, url_prefix="/referrals/<reference>")


@blueprint.app_template_filter("points")
def points(earned: Fraction) -> str:
    """Points as a page shows them: 89, or 88.8."""
    return shown_points(earned).removesuffix(".0")


Page = str | Response | tuple[str, int]

#: So many settings to choose from stand on the page, and so many near misses, unless all are asked for.
SHOWN = 20
MISSES = 8


class WaveForm(Form):
    """The settings ticked for the next wave."""

    settings = SelectMultipleField("Settings to invite", coerce=uuid.UUID, validate_choice=False)


@blueprint.route("/settings", methods=["GET", "POST"])
def show_settings(reference: str) -> Page:
    """Settings that fit, best first, with reasons; those that may not be invited, with every failing rule."""
    actor = signed_in_actor()
    referral = referral_of(reference, actor)
    form = WaveForm()
    if form.validate_on_submit() and form.carry_out(invite_wave, referral, form.settings.data or [], by=actor):
        flash(f"Wave {form.outcome} is on its way. Each provider gets a letter that names no child.", "ok")
        return redirect(url_for("invitations.show_invitations", reference=reference), 303)
    shown = {"all": 10_000, "": SHOWN}.get(request.args.get("show", ""), SHOWN)
    return render_template(
        "referrals/settings.html", referral=referral, head=head_of(referral), steps=STEPS, matches=matches_of(referral),
        form=form, shown=shown, misses=MISSES if shown == SHOWN else 10_000,
        may_invite=may(actor, Act.INVITE_WAVE, referral) and not referral.is_closed_for_answers,
    ), form.status  # fmt: skip


@blueprint.get("/invitations")
def show_invitations(reference: str) -> str:
    """The waves: who was invited when, and what each answered so far."""
    referral = referral_of(reference, signed_in_actor())
    waves = waves_of(referral, readers_among(entries_of(referral)))
    return render_template(
        "referrals/invitations.html", referral=referral, head=head_of(referral), steps=STEPS, waves=waves,
        deadline=deadline_of(referral),
    )  # fmt: skip


@blueprint.get("/questions")
def show_questions(reference: str) -> str:
    """What providers asked, each answered in place, to everybody who was invited."""
    actor = signed_in_actor()
    referral = referral_of(reference, actor)
    return render_template(
        "referrals/questions.html", referral=referral, head=head_of(referral), steps=STEPS, form=AnswerForm(),
        questions=questions_of(referral), answering=None, may_answer=may(actor, Act.ANSWER_CLARIFICATION, referral),
    )  # fmt: skip


@blueprint.post("/questions/<int:number>")
def answer_question(reference: str, number: int) -> Page:
    """The answer to one question, by its number on the page."""
    actor = signed_in_actor()
    referral = referral_of(reference, actor)
    asked, form = question_number(referral, number), AnswerForm()
    if form.validate() and form.carry_out(answer_clarification, asked, form.answer.data or "", by=actor):
        flash("Your answer was sent to everybody who was invited, without saying who asked.", "ok")
        return redirect(url_for("invitations.show_questions", reference=reference), 303)
    return render_template(
        "referrals/questions.html", referral=referral, head=head_of(referral), steps=STEPS, form=form,
        questions=questions_of(referral), answering=number, may_answer=may(actor, Act.ANSWER_CLARIFICATION, referral),
    ), form.status  # fmt: skip
