"""Pages of a stay: its moves, its disruption meetings, and what they agreed."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from contracts.agreement import Agreement
from contracts.forms import DecideForm
from contracts.queries import agreement_called, agreement_for
from contracts.signing import require_turn
from contracts.staying.destinations import destinations
from contracts.staying.forms import MeetingForm, MoveForm
from contracts.staying.holding_meetings import complete_action, record_meeting
from contracts.staying.meetings import action_of, meeting_due, meetings_of
from contracts.staying.moving import move_placement, move_reasons, require_framework_place
from contracts.staying.whereabouts import moves_of, stretches_of
from contracts.staying.words import OWNERS, PRESENT, STAGES
from foundation import clock
from foundation.database import db
from foundation.permission import NotPermitted
from marketplace.acts import Act
from marketplace.policy import may, permits, refusal_of
from marketplace.setting import Setting
from marketplace.signed_in import signed_in_actor

blueprint = Blueprint("staying", __name__, url_prefix="/placements/<reference>")

Answer = Response | tuple[str, int]


@blueprint.get("/moves")
def moves(reference: str) -> str:
    """Where the child stayed from when to when, and why it moved."""
    actor, agreement = signed_in_actor(), agreement_called(reference)
    parts = stretches_of(agreement)
    named = select(Setting.id, Setting.name).where(Setting.id.in_([part.setting_id for part in parts]))
    return render_template(
        "staying/moves.html", agreement=agreement, parts=parts, moves=list(moves_of(agreement)), reasons=dict(move_reasons()),
        names={row.id: row.name for row in db.session.execute(named)},
        may_move=may(actor, Act.MOVE_PLACEMENT, agreement) and agreement.bought_by == "framework",
    )  # fmt: skip


@blueprint.route("/moves/new", methods=["GET", "POST"])
def move(reference: str) -> Answer:
    """An officer records a move."""
    actor, agreement = signed_in_actor(), _about_to(reference, Act.MOVE_PLACEMENT)
    require_framework_place(agreement)
    places = destinations(agreement, clock.today())
    form = MoveForm(places, moved_on=clock.today())
    if form.validate_on_submit() and form.carry_out(move_placement, agreement, form.place, by=actor):
        flash(f"The move is recorded. The child is at {agreement.setting.name} now.", "ok")
        return redirect(url_for("staying.moves", reference=reference), 303)
    return render_template("staying/move.html", form=form, agreement=agreement, places=places), form.status


@blueprint.get("/disruption")
def meetings(reference: str) -> str:
    """The disruption meetings, and what they agreed."""
    actor, agreement = signed_in_actor(), agreement_called(reference)
    return render_template(
        "staying/meetings.html", agreement=agreement, meetings=meetings_of(agreement), present=PRESENT, owners=OWNERS,
        stages=STAGES, reasons=dict(move_reasons()), due=meeting_due(agreement), today=clock.today(), Act=Act,
        may_record=may(actor, Act.RECORD_DISRUPTION_MEETING, agreement),
        may_complete=lambda action: permits(actor, Act.COMPLETE_DISRUPTION_ACTION, action),
    )  # fmt: skip


@blueprint.route("/disruption/new", methods=["GET", "POST"])
def meeting(reference: str) -> Answer:
    """An officer records a disruption meeting."""
    actor, agreement = signed_in_actor(), _about_to(reference, Act.RECORD_DISRUPTION_MEETING)
    form = MeetingForm()
    if form.validate_on_submit() and form.carry_out(record_meeting, agreement, form.minutes, by=actor):
        flash("The meeting is recorded, and both sides are told.", "ok")
        return redirect(url_for("staying.meetings", reference=reference), 303)
    return render_template("staying/meeting.html", form=form, agreement=agreement), form.status


@blueprint.route("/disruption/<int:number>/<int:position>", methods=["GET", "POST"])
def action(reference: str, number: int, position: int) -> Answer:
    """The side that owns an action says that it is done."""
    actor, agreement, form = signed_in_actor(), agreement_called(reference), DecideForm()
    owned = action_of(agreement, number, position)
    refusal = refusal_of(actor, Act.COMPLETE_DISRUPTION_ACTION, owned)
    if refusal is not None:
        raise NotPermitted(Act.COMPLETE_DISRUPTION_ACTION, actor, owned, refusal)
    if form.validate_on_submit() and form.carry_out(complete_action, owned, by=actor):
        flash("The action is done, and the other side is told.", "ok")
        return redirect(url_for("staying.meetings", reference=reference), 303)
    return render_template("staying/action.html", form=form, agreement=agreement, action=owned), form.status


def _about_to(reference: str, act: Act) -> Agreement:
    agreement = agreement_for(reference, signed_in_actor(), act)
    if request.method == "GET":
        require_turn(agreement, act)
    return agreement
