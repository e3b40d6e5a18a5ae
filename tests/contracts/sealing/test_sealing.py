"""The seal on signed papers: put on once, by the worker, checked byte by byte, and PDF/UA-1 still."""

import stat
from collections.abc import Callable
from pathlib import Path

import page
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session, scoped_session, undefer

from contracts.agreement import Agreement
from contracts.awarding import undo_award
from contracts.sealing.jobs import seal_what_is_left, seal_what_was_signed
from contracts.sealing.pdf_seal import check_seal, put_seal
from contracts.sealing.seal_key import FILE, installation_seal
from contracts.sealing.sealed_paper import SealedPaper, seal_of
from contracts.sealing.sealing import check_paper, seal_paper
from foundation import clock
from foundation.audit import AuditEvent
from foundation.config import Settings, kept_secret
from foundation.database import db
from foundation.documents import build_document
from foundation.files import StoredFile
from foundation.permission import NotPermitted
from foundation.tenancy import SYSTEM_FENCE
from marketplace.actor import SYSTEM, Actor
from marketplace.acts import Act
from marketplace.roles import Role
from tests.contracts.varying.test_pages import text_of
from tests.makers.contracts import Deal, a_deal, as_read_by, issued, signed
from tests.makers.standing import a_borough, a_person, a_provider, acting

ClientAs = Callable[[Actor], FlaskClient]
A_PAPER = (
    '<!DOCTYPE html><html lang="en-GB"><head><title>A paper</title><meta name="author" content="Testham">'
    "</head><body><h1>A paper</h1><p>It says something.</p></body></html>"
)


@pytest.fixture(scope="module")
def paper() -> bytes:
    return build_document(A_PAPER).content


def a_sealed_agreement() -> tuple[Deal, Agreement]:
    """An agreement signed by both, whose paper the worker has sealed; the officer acts."""
    deal = a_deal()
    agreement = signed(deal)
    key = agreement.id
    acting(SYSTEM)
    seal_what_was_signed(str(key))
    acting(deal.officer)
    return deal, db.session.get_one(Agreement, key)


def kept(key: object) -> StoredFile:
    return db.session.get_one(StoredFile, key, options=[undefer(StoredFile.content)])


class TestTheSealItself:
    def test_is_whole_keeps_the_paper_and_pdf_ua(self, session: scoped_session[Session], paper: bytes) -> None:
        sealed = put_seal(paper, installation_seal().key)
        assert check_seal(sealed, installation_seal().key).is_whole
        assert sealed.startswith(paper)
        report = page.validate_pdf_bytes(sealed, profile=page.ValidationProfile.PDF_UA_1)
        assert list(report.failures) == []

    def test_a_flipped_byte_is_seen_wherever_it_stands(self, session: scoped_session[Session], paper: bytes) -> None:
        key = installation_seal().key
        sealed = put_seal(paper, key)
        for place in (9, len(paper) // 2, len(paper) - 40, len(paper) + 30, len(sealed) - 12):
            flipped = bytearray(sealed)
            flipped[place] ^= 1
            assert not check_seal(bytes(flipped), key).is_whole, place

    def test_so_is_anything_added_and_a_paper_without_a_seal(
        self, session: scoped_session[Session], paper: bytes
    ) -> None:
        key = installation_seal().key
        assert not check_seal(put_seal(paper, key) + b"\n% more\n%%EOF\n", key).is_whole
        assert check_seal(paper, key).problem == "It carries no seal."
        assert not check_seal(b"no PDF at all", key).is_whole

    def test_another_installation_s_seal_is_told_apart(
        self, app: Flask, session: scoped_session[Session], paper: bytes, tmp_path: Path
    ) -> None:
        own = installation_seal()
        before = app.config["SETTINGS"]
        app.config["SETTINGS"] = Settings.from_environment({"DATA_DIR": str(tmp_path)})
        other = installation_seal()
        app.config["SETTINGS"] = before
        assert other.fingerprint != own.fingerprint
        assert "another key" in check_seal(put_seal(paper, other.key), own.key).problem

    def test_its_key_is_made_once_and_private(self, app: Flask, session: scoped_session[Session]) -> None:
        first = installation_seal()
        path = app.config["SETTINGS"].data_dir / FILE
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert kept_secret(path) == path.read_text().strip()
        assert installation_seal() is first
        assert "PRIVATE KEY" not in first.certificate


class TestSealing:
    def test_the_worker_seals_what_both_have_signed_once(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_sealed_agreement()
        sealed = seal_of(agreement)
        assert sealed is not None
        signed_paper, paper = kept(agreement.signed_file_id), kept(sealed.file_id)
        assert paper.content.startswith(signed_paper.content)
        assert (paper.organisation_id, paper.shared_with_id, paper.confidential) == (
            deal.borough.id, deal.provider.id, True,
        )  # fmt: skip
        found = check_paper(agreement)
        assert found is not None
        assert found.is_whole
        assert found.signed_sha256 == signed_paper.sha256
        key = agreement.id
        acting(SYSTEM)
        seal_what_was_signed(str(key))
        assert session.scalar(select(func.count()).select_from(SealedPaper)) == 1

    def test_signing_puts_it_on_the_queue_and_the_night_does_what_was_left(
        self, session: scoped_session[Session]
    ) -> None:
        agreement = signed(a_deal())
        queued = "SELECT args->>'agreement_id' FROM queue.procrastinate_jobs WHERE task_name = 'agreements.seal'"
        assert session.scalars(text(queued)).all() == [str(agreement.id)]
        assert seal_of(agreement) is None
        session.execute(text("DELETE FROM queue.procrastinate_jobs"))
        key = agreement.id
        acting(SYSTEM)
        seal_what_is_left()
        assert session.scalars(text(queued)).all() == [str(key)]
        seal_what_was_signed(str(key))
        session.execute(text("DELETE FROM queue.procrastinate_jobs"))
        seal_what_is_left()
        assert session.scalars(text(queued)).all() == []

    def test_a_changed_file_is_seen(self, session: scoped_session[Session]) -> None:
        _, agreement = a_sealed_agreement()
        sealed = seal_of(agreement)
        assert sealed is not None
        paper = kept(sealed.file_id)
        whole = paper.content
        for change in (whole[:400] + bytes([whole[400] ^ 1]) + whole[401:], whole[: sealed.signed_size], b""):
            session.execute(update(StoredFile).where(StoredFile.id == paper.id).values(content=change))
            session.expire_all()
            found = check_paper(agreement)
            assert found is not None
            assert not found.is_whole

    def test_only_the_worker_may_and_only_of_a_signed_paper(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        agreement = signed(deal)
        with pytest.raises(NotPermitted):
            seal_paper(agreement, by=deal.officer)
        unsigned = issued(a_deal(name="Otherham"))
        key = unsigned.id
        acting(SYSTEM)
        assert seal_paper(db.session.get_one(Agreement, key)) is None

    def test_an_undone_award_closes_the_sealed_paper_to_the_provider(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_sealed_agreement()
        sealed = seal_of(agreement)
        assert sealed is not None
        file_id = sealed.file_id
        acting(deal.manager)
        undo_award(deal.award, "The child goes home.", by=deal.manager)
        assert kept(file_id).shared_with_id is None

    def test_it_is_recorded_and_strangers_see_none(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_sealed_agreement()
        event = session.scalars(select(AuditEvent).where(AuditEvent.act == Act.SEAL_PAPER)).one()
        assert (event.person_name, event.about_id) == ("Harbour", deal.borough.id)
        for stranger in (
            a_person(a_borough(deal.hub, "London Borough of Elsewhere"), Role.PLACEMENT_MANAGER),
            a_person(a_provider("Beech Ltd"), Role.PROVIDER_MANAGER),
            a_person(deal.hub, Role.HUB_MANAGER),
        ):
            acting(stranger)
            assert session.scalars(select(SealedPaper)).all() == []
        agreement = as_read_by(deal.head, agreement)
        assert seal_of(agreement) is not None
        with pytest.raises(Exception, match="permission denied"), db.session.begin_nested():
            session.execute(update(SealedPaper).values(sealed_at=clock.now()))
        assert SYSTEM.fence == SYSTEM_FENCE


class TestThePages:
    def test_checked_by_both_sides_and_broken_where_it_is(
        self, session: scoped_session[Session], client_as: ClientAs
    ) -> None:
        deal, agreement = a_sealed_agreement()
        sealed = seal_of(agreement)
        assert sealed is not None
        path, file_id, whole = f"/placements/{agreement.reference}", sealed.file_id, kept(sealed.file_id).content
        finance = a_person(deal.borough, Role.FINANCE_OFFICER)
        officer, head = client_as(deal.officer), client_as(deal.head)
        for client in (officer, head):
            assert "Sealed, unchanged since" in text_of(client, f"{path}/seal")
            assert client.get(f"{path}/document.pdf").data == whole
        text_of(client_as(finance), f"{path}/seal", 404)
        assert officer.get("/seal.pem").text.startswith("-----BEGIN CERTIFICATE")
        acting(deal.officer)
        session.execute(
            update(StoredFile).where(StoredFile.id == file_id).values(content=whole[:-9] + b"\0" + whole[-8:])
        )
        session.commit()
        assert "The seal is broken" in text_of(officer, f"{path}/seal")

    def test_not_sealed_yet(self, session: scoped_session[Session], client_as: ClientAs) -> None:
        deal = a_deal()
        agreement = signed(deal)
        path = f"/placements/{agreement.reference}"
        officer = client_as(deal.officer)
        assert "Not sealed yet" in text_of(officer, f"{path}/seal")
        assert officer.get(f"{path}/document.pdf").data.startswith(b"%PDF")
