"""Ofsted's register for the hub: sending in a file, watching its import, reading its report."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from foundation.database import db
from foundation.reloading import reloads_itself, while_under_way
from marketplace.acts import Act
from marketplace.organisation import Organisation
from marketplace.policy import permits
from marketplace.register_forms import RegisterForm
from marketplace.register_import import upload_register
from marketplace.register_queries import history, import_called
from marketplace.register_report import PAGE_SIZE, findings_of, kinds_of
from marketplace.roles import Kind
from marketplace.signed_in import signed_in_actor

blueprint = Blueprint("register", __name__, url_prefix="/register")


@blueprint.before_request
def _hub_only() -> None:
    if signed_in_actor().kind is not Kind.HUB:
        abort(403)


@blueprint.get("")
def index() -> str:
    """The latest imports, and for the hub manager the way to send a file."""
    return _index(RegisterForm())[0]


@blueprint.post("")
def send() -> Response | tuple[str, int]:
    """A file comes in: told at once what is wrong with it, or led to its progress."""
    actor, form = signed_in_actor(), RegisterForm()
    hub = db.session.get_one(Organisation, actor.organisation_id)
    if form.validate_on_submit() and form.carry_out(
        upload_register, hub, form.content, form.file_name, form.all_the_same.data, by=actor
    ):
        return redirect(url_for("register.show", reference=form.outcome.reference), 303)
    return _index(form)


@blueprint.get("/<reference>")
def show(reference: str) -> Response:
    """One import: how far it is, or what it found, by kind and page by page."""
    of = import_called(reference, signed_in_actor())
    kinds = kinds_of(of)
    kind, words = request.args.get("kind", ""), request.args.get("q", "").strip()
    number = {key: count for key, _, count in kinds}.get(kind, 0) if kind else sum(row[2] for row in kinds)
    page = max(1, request.args.get("page", 1, int))
    rows = findings_of(of, kind, words, page)
    last = page + (len(rows) == PAGE_SIZE) if words else max(1, -(-number // PAGE_SIZE))
    shown = render_template(
        "register/import.html",
        of=of, kinds=kinds, chosen=kind, words=words, rows=rows, page=page, last=last, reloads=reloads_itself(),
    )  # fmt: skip
    return while_under_way(shown, of.is_under_way)


def _index(form: RegisterForm) -> tuple[str, int]:
    may_send = permits(signed_in_actor(), Act.UPLOAD_REGISTER)
    return render_template("register/index.html", form=form, rows=history(), may_send=may_send), form.status
