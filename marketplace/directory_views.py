"""The directory of providers for boroughs and the hub; a provider sees its own page, as others see it."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from foundation import clock
from marketplace.acts import Act
from marketplace.authorities import local_authorities
from marketplace.claiming import add_provider, invite_provider
from marketplace.directory_forms import InviteForm, ProviderForm
from marketplace.directory_queries import (
    PAGE_SIZE,
    RATINGS,
    Wanted,
    lots_to_choose,
    provider_called,
    providers,
    setting_called,
    settings_of,
    standings_in_lots,
)
from marketplace.needs import LOOKED_AFTER_NEEDS, needs_of
from marketplace.policy import permits
from marketplace.roles import Kind
from marketplace.setting_queries import needs_said
from marketplace.setting_term import school_years_of
from marketplace.setting_words import KIND_WORDS
from marketplace.signed_in import signed_in_actor

blueprint = Blueprint("providers", __name__, url_prefix="/providers")
Answer = Response | tuple[str, int]


@blueprint.get("")
def index() -> str:
    """Providers, searched and filtered."""
    actor = signed_in_actor()
    if actor.kind is Kind.PROVIDER:
        abort(403)
    wanted = Wanted(**{name: request.args.get(name, "").strip()[:100] for name in Wanted.__dataclass_fields__})
    page = max(1, request.args.get("page", 1, int))
    rows, number = providers(wanted, page, clock.now())
    return render_template(
        "providers/index.html",
        rows=rows, number=number, page=page, last=max(1, -(-number // PAGE_SIZE)), wanted=wanted, choices=_choices(),
        now=clock.now(), may_add=permits(actor, Act.ADD_PROVIDER),
    )  # fmt: skip


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> Answer:
    """A provider that no register holds."""
    actor, form = signed_in_actor(), ProviderForm()
    if not permits(actor, Act.ADD_PROVIDER):
        abort(403)
    if form.validate_on_submit() and form.carry_out(add_provider, form.name.data, by=actor):
        flash("The provider was added. Invite somebody to manage it.", "ok")
        return redirect(url_for("providers.invite", reference=form.outcome.reference), 303)
    return render_template("providers/new.html", form=form), form.status


@blueprint.get("/<reference>")
def show(reference: str) -> str:
    """One provider as boroughs and the hub see it."""
    actor = signed_in_actor()
    provider = provider_called(reference)
    page = max(1, request.args.get("page", 1, int))
    rows, number = settings_of(provider, page)
    return render_template(
        "providers/provider.html",
        provider=provider, rows=rows, number=number, page=page, last=max(1, -(-number // PAGE_SIZE)), now=clock.now(),
        standings=standings_in_lots(provider), may_invite=permits(actor, Act.INVITE_PROVIDER, provider),
    )  # fmt: skip


@blueprint.route("/<reference>/invite", methods=["GET", "POST"])
def invite(reference: str) -> Answer:
    """The hub invites somebody to manage the provider."""
    actor, form = signed_in_actor(), InviteForm()
    provider = provider_called(reference)
    if not permits(actor, Act.INVITE_PROVIDER, provider):
        abort(403)
    if form.validate_on_submit() and form.carry_out(
        invite_provider, provider, form.email.data, form.name.data, by=actor
    ):
        flash(f"The invitation to {form.name.data} is on its way. It holds for 14 days.", "ok")
        return redirect(url_for("providers.show", reference=reference), 303)
    return render_template("providers/invite.html", form=form, provider=provider), form.status


@blueprint.get("/settings/<reference>")
def setting(reference: str) -> str:
    """One setting as boroughs and the hub see it."""
    shown, provider = setting_called(reference)
    return render_template(
        "providers/setting.html", setting=shown, provider=provider, needs=needs_said(shown), now=clock.now(),
        terms=school_years_of(shown),
    )  # fmt: skip


def _choices() -> dict[str, list[tuple[str, str]]]:
    """What each filter offers."""
    authorities = sorted((one.name, one.number) for one in local_authorities().values())
    return {
        "lot": [("", "Any lot"), *lots_to_choose()],
        "kind": [("", "Any type"), *KIND_WORDS.items()],
        "authority": [("", "Anywhere"), *((number, name) for name, number in authorities)],
        "need": [("", "Any need"), *LOOKED_AFTER_NEEDS, *needs_of("special_school")],
        "rating": [("", "Any rating"), *((rating, rating) for rating in RATINGS)],
        "vacancy": [
            ("", "With or without"),
            ("yes", "Vacancy, said within 21 days"),
            ("week", "Vacancy, said within 7 days"),
        ],
    }
