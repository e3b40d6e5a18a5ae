"""What an operator does about accounts: `flask people invite`, `flask people list`, `flask people sign-out`."""

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import select

from foundation.database import db
from foundation.permission import Invalid, NotFound
from marketplace.actor import SYSTEM
from marketplace.joining import invite_person
from marketplace.organisation import Organisation
from marketplace.people_queries import organisation_by
from marketplace.person import Membership, Person
from marketplace.roles import Role
from marketplace.signing_in import sign_person_out
from marketplace.standing import at_the_desk

ROLES = [role.value for role in Role]

people = AppGroup("people", help="Accounts: inviting somebody, who there is, shutting an account's browsers.")


@people.command("invite")
@click.argument("email")
@click.option("--organisation", required=True, metavar="REF", help="Its reference; `flask people list` shows it.")
@click.option("--role", "roles", required=True, multiple=True, type=click.Choice(ROLES), help="One or several.")
@click.option("--name", default="", help="The person's name; they can change it when they join.")
def invite(email: str, organisation: str, roles: tuple[str, ...], name: str) -> None:
    """Invite EMAIL to act for an organisation, and print the link by which to join."""
    try:
        with at_the_desk():
            invited = invite_person(
                organisation_by(organisation),
                email,
                name or email.partition("@")[0],
                [Role(role) for role in roles],
                by=SYSTEM,
            )
    except (Invalid, NotFound) as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo(f"Invited. A letter is in the outbox; the link serves once, for 14 days:\n{invited.link}")


@people.command("list")
@click.option("--organisation", default="", metavar="REF", help="Only the people of this organisation.")
def list_people(organisation: str) -> None:
    """Show every organisation that has people, and who acts for it."""
    wanted = (
        select(Organisation.reference, Organisation.name, Person.email, Person.name, Membership.roles)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.ended_at.is_(None))
        .order_by(Organisation.name, Person.name)
    )
    with at_the_desk():
        rows = db.session.execute(
            wanted.where(Organisation.reference == organisation) if organisation else wanted
        ).all()
    for reference, of, email, name, roles in rows:
        click.echo(f"{reference}  {of:<40} {name:<28} {email:<40} {', '.join(roles)}")
    click.echo(f"{len(rows)} people.")


@people.command("sign-out")
@click.argument("email")
def sign_out_everywhere(email: str) -> None:
    """Shut every browser in which EMAIL is signed in."""
    try:
        sign_person_out(email)
    except NotFound as unknown:
        raise click.ClickException(str(unknown)) from unknown
    click.echo(f"{email} is signed out everywhere.")


def init_app(app: Flask) -> None:
    """Give the application the group of commands."""
    app.cli.add_command(people)
