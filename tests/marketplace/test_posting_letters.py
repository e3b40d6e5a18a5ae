"""Letters leave the outbox: to whom, how, once, and again after a failure; the page shows one's own; the audit trail verifies."""

import email
import os
import smtplib
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, pool, select, text
from sqlalchemy.orm import Session, scoped_session

from foundation import audit_verifying, clock, posting
from foundation.audit import AuditEvent, record
from foundation.config import Addresses, Settings
from foundation.database import db
from foundation.outbox import Letter, write_letter
from foundation.posting import NotPosted, Posting
from foundation.tenancy import SYSTEM_FENCE
from marketplace import posting_letters
from marketplace.actor import Actor
from marketplace.organisation import Organisation
from marketplace.posting_letters import post_letters, wait_after
from marketplace.roles import Role
from tests.conftest import ClientAs
from tests.makers.standing import a_borough, a_hub, a_person, a_provider, acting, behind

Clock = Callable[[datetime], None]


@pytest.fixture
def provider(session: scoped_session[Session]) -> Organisation:
    with behind(SYSTEM_FENCE):
        db.session.execute(text("UPDATE letters SET posted_at = now()"))
    return a_provider()


@pytest.fixture
def bea(provider: Organisation) -> Actor:
    return a_person(provider, Role.PROVIDER_MANAGER, name="Bea Kowalczyk")


def written(provider: Organisation, **to: Any) -> uuid.UUID:
    """A letter to the provider by somebody at a borough; its key."""
    acting(a_person(a_borough(a_hub()), Role.PLACEMENT_OFFICER))
    write_letter(act="invite_wave", organisation_id=provider.id, subject="A referral", body="See {link}", **to)
    db.session.commit()
    with behind(SYSTEM_FENCE):
        return db.session.execute(select(Letter.id).order_by(Letter.written_at.desc()).limit(1)).scalar_one()


def letter(key: uuid.UUID) -> Letter:
    with behind(SYSTEM_FENCE):
        return db.session.get_one(Letter, key)


def folder(app: Flask) -> Path:
    return Path(app.config["SETTINGS"].data_dir) / "mail"


class TestPosting:
    def test_goes_to_everybody_who_holds_the_role_and_to_nobody_else(
        self, app: Flask, provider: Organisation, bea: Actor
    ) -> None:
        second = a_person(provider, Role.PROVIDER_RESPONDER, Role.PROVIDER_MANAGER)
        a_person(provider, Role.PROVIDER_FINANCE)
        a_person(a_provider("Beech Ltd"), Role.PROVIDER_MANAGER)
        key = written(provider, to_roles=[Role.PROVIDER_MANAGER])
        post_letters()
        assert sorted(letter(key).posted_to) == sorted([bea.email, second.email])
        assert letter(key).channel == "outbox"

    def test_writes_one_file_for_each_address_that_only_its_owner_reads(
        self, app: Flask, provider: Organisation, bea: Actor
    ) -> None:
        written(provider, to_person_id=bea.person_id)
        post_letters()
        (path,) = [path for path in folder(app).glob("*.eml") if bea.email in path.read_text()]
        message = email.message_from_bytes(path.read_bytes(), policy=default)
        assert (message["To"], message["Subject"]) == (bea.email, "A referral")
        assert os.stat(path).st_mode & 0o777 == 0o600

    def test_a_link_goes_out_with_the_letter_and_is_not_kept(self, app: Flask, provider: Organisation) -> None:
        address = f"{uuid.uuid4().hex}@example.org"
        key = written(provider, to_address=address, link="http://localhost/join/secret")
        post_letters()
        assert letter(key).link is None
        (path,) = [path for path in folder(app).glob("*.eml") if address in path.read_text()]
        assert "http://localhost/join/secret" in path.read_text()

    def test_posts_nothing_twice(self, provider: Organisation, bea: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
        sent: list[str] = []
        monkeypatch.setattr(posting_letters, "post", lambda one, settings: sent.append(one.to) or "outbox")
        written(provider, to_person_id=bea.person_id)
        post_letters()
        post_letters()
        assert sent == [bea.email]

    def test_a_failure_is_kept_and_tried_again_with_those_who_are_missing(
        self, provider: Organisation, bea: Actor, monkeypatch: pytest.MonkeyPatch, move_clock: Clock
    ) -> None:
        other = a_person(provider, Role.PROVIDER_MANAGER)
        key = written(provider, to_roles=[Role.PROVIDER_MANAGER])
        sent, down = [], {max(bea.email, other.email)}

        def post(one: Posting, settings: Settings) -> str:
            if one.to in down:
                raise NotPosted("The mail server did not take it (ConnectionRefusedError).")
            sent.append(one.to)
            return "smtp"

        monkeypatch.setattr(posting_letters, "post", post)
        post_letters()
        post_letters()
        assert (letter(key).attempts, letter(key).posted_at) == (1, None)
        assert "did not take it" in (letter(key).problem or "")
        down.clear()
        move_clock(clock.now() + timedelta(minutes=6))
        post_letters()
        assert sorted(sent) == sorted([bea.email, other.email])
        assert letter(key).problem is None

    def test_a_role_that_nobody_holds_keeps_the_letter_waiting(self, provider: Organisation) -> None:
        key = written(provider, to_roles=[Role.PROVIDER_FINANCE])
        post_letters()
        assert "Nobody" in (letter(key).problem or "")

    def test_waits_longer_each_time_and_never_longer_than_six_hours(self) -> None:
        assert [wait_after(n) for n in (1, 2, 3)] == [timedelta(minutes=m) for m in (5, 10, 20)]
        assert wait_after(500) == timedelta(hours=6)


class TestTheWays:
    ONE = Posting(uuid.UUID(int=7), "bea@example.org", "Two\nlines", "Words", datetime(2026, 11, 22).astimezone())

    def test_a_subject_cannot_add_a_header(self) -> None:
        assert self.ONE.as_message("harbour@example.org")["Subject"] == "Two lines"

    def test_the_same_letter_bears_the_same_number(self) -> None:
        again = Posting(uuid.UUID(int=7), "BEA@example.org", "Other", "Other", self.ONE.written_at)
        assert again.number == self.ONE.number

    def test_a_mail_server_that_is_down_is_a_problem_in_words(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*args: object, **kwargs: object) -> None:
            raise ConnectionRefusedError

        monkeypatch.setattr(smtplib, "SMTP", refuse)
        settings = Settings.from_environment({"SMTP_URL": "smtp://user:secret@mail.example.org"})
        with pytest.raises(NotPosted, match="ConnectionRefusedError") as why:
            posting.post(self.ONE, settings)
        assert "secret" not in str(why.value)

    def test_notify_without_a_template_says_what_is_missing(self) -> None:
        with pytest.raises(NotPosted, match="NOTIFY_TEMPLATE"):
            posting.post(self.ONE, Settings.from_environment({"NOTIFY_KEY": "k"}))


class TestThePage:
    def test_shows_the_organisation_s_own_and_no_other_s(
        self, provider: Organisation, bea: Actor, client_as: ClientAs
    ) -> None:
        written(provider, to_roles=[Role.PROVIDER_MANAGER])
        assert "A referral" in client_as(bea).get("/letters").text
        stranger = a_person(a_provider("Beech Ltd"), Role.PROVIDER_MANAGER)
        page = client_as(stranger).get("/letters").text
        assert "A referral" not in page
        assert "No letters yet" in page

    def test_shows_a_letter_to_one_person_to_that_person_alone(
        self, provider: Organisation, bea: Actor, client_as: ClientAs
    ) -> None:
        colleague = a_person(provider, Role.PROVIDER_MANAGER)
        written(provider, to_person_id=bea.person_id)
        assert "A referral" in client_as(bea).get("/letters").text
        assert "A referral" not in client_as(colleague).get("/letters").text


class TestTheAuditTrail:
    @pytest.fixture
    def chain(self, bea: Actor) -> list[AuditEvent]:
        acting(bea)
        for number in range(4):
            record("sign_in", None, by=bea, after={"number": number})
        return list(db.session.execute(select(AuditEvent).order_by(AuditEvent.sequence)).scalars())

    def test_a_whole_chain_has_no_break(self, chain: list[AuditEvent]) -> None:
        assert list(audit_verifying.breaks_of(chain, (4, chain[-1].chain))) == []

    def test_says_where_a_row_was_changed(self, chain: list[AuditEvent]) -> None:
        db.session.expunge_all()
        chain[2].after = {"number": 99}
        (found,) = audit_verifying.breaks_of(chain, (4, chain[-1].chain))
        assert found.startswith("event 3 ")

    def test_says_where_a_row_is_missing(self, chain: list[AuditEvent]) -> None:
        (found,) = audit_verifying.breaks_of([chain[0], *chain[2:]], (4, chain[-1].chain))
        assert found == "event 2 is missing: event 3 follows 1"

    def test_says_when_the_end_was_cut_off(self, chain: list[AuditEvent]) -> None:
        (found,) = audit_verifying.breaks_of(chain[:3], (4, chain[-1].chain))
        assert "its head stands at 4" in found

    def test_filters_by_act_person_and_day(self, bea: Actor, chain: list[AuditEvent], client_as: ClientAs) -> None:
        client = client_as(bea)
        assert client.get("/audit?act=sign_in&person=bea").text.count("Particulars</span>") == 4
        assert "No entry fits" in client.get("/audit?until=2020-01-01").text

    @pytest.mark.slow
    def test_the_command_walks_every_chain(self, app: Flask, addresses: Addresses) -> None:
        found = list(audit_verifying.verify(addresses.maintenance))
        assert [faults for _, _, faults in found if faults] == []
        engine = create_engine(addresses.maintenance, poolclass=pool.NullPool)
        with engine.connect() as connection:
            assert len(found) == connection.scalar(text("SELECT count(*) FROM audit_heads"))
