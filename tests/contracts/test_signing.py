"""Signing: the provider first, then the borough, on paper that is made once."""

import hashlib
import threading

import page
import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session, undefer

from contracts.agreement import Agreement, AgreementState, Signature
from contracts.signing import sign_for_borough, sign_for_provider
from foundation.audit import AuditEvent
from foundation.database import db
from foundation.files import StoredFile
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted, Stale
from foundation.tenancy import act_behind
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.roles import Role
from tests.makers.contracts import a_deal, a_draft, as_read_by, issued, signed, signed_by_provider
from tests.makers.standing import a_person, a_provider, acting

S = AgreementState


class TestSigningForTheProvider:
    def test_signs_the_issued_paper(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        agreement = issued(deal)
        signature = sign_for_provider(agreement, "  bea HEAD ", by=deal.head)
        paper = session.get_one(StoredFile, agreement.issued_file_id)
        assert agreement.state is S.SIGNED_BY_PROVIDER
        assert (signature.typed_name, signature.role, signature.side) == ("Bea  Head", "Provider manager", "provider")
        assert signature.document_sha256 == paper.sha256

    def test_another_name_is_refused(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        agreement = issued(deal)
        with pytest.raises(Invalid, match="Type your name as your account has it") as refused:
            sign_for_provider(agreement, "Somebody Else", by=deal.head)
        assert refused.value.field == "typed_name"
        assert session.scalar(select(func.count(Signature.id))) == 0

    def test_a_responder_and_the_borough_may_not_and_a_stranger_sees_nothing(
        self, session: scoped_session[Session]
    ) -> None:
        deal = a_deal()
        responder = a_person(deal.provider, Role.PROVIDER_RESPONDER)
        agreement = issued(deal)
        for actor in (responder, deal.manager):
            agreement = as_read_by(actor, agreement)
            with pytest.raises(NotPermitted):
                sign_for_provider(agreement, actor.name, by=actor)
        acting(a_person(a_provider("Beech Ltd"), Role.PROVIDER_MANAGER))
        assert session.scalars(select(Agreement)).all() == []

    def test_not_twice_and_not_a_stale_page(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        agreement = issued(deal)
        with pytest.raises(Stale):
            sign_for_provider(agreement, deal.head.name, version=agreement.version - 1, by=deal.head)
        sign_for_provider(agreement, deal.head.name, version=agreement.version, by=deal.head)
        with pytest.raises(NotNow, match="The borough signs next"):
            sign_for_provider(agreement, deal.head.name, by=deal.head)

    def test_the_borough_reads_who_signed_and_is_asked_to_sign(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        agreement = signed_by_provider(deal)
        event = session.scalars(select(AuditEvent).where(AuditEvent.act == Act.SIGN_FOR_PROVIDER)).one()
        letter = session.scalars(select(Letter).where(Letter.act == Act.SIGN_FOR_PROVIDER)).one()
        assert (event.person_name, event.subject_reference) == ("Bea  Head", agreement.reference)
        assert (letter.organisation_id, letter.to_roles) == (deal.borough.id, ["placement_manager", "director"])


class TestSigningForTheBorough:
    def test_makes_the_signed_paper_once(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        agreement = signed_by_provider(deal)
        sign_for_borough(agreement, "MARY  manager", by=deal.manager)
        paper = session.get_one(StoredFile, agreement.signed_file_id, options=[undefer(StoredFile.content)])
        assert agreement.state is S.SIGNED_BY_BOROUGH
        assert paper.sha256 == hashlib.sha256(paper.content).hexdigest()
        assert (paper.shared_with_id, paper.confidential) == (deal.provider.id, True)

    @pytest.mark.slow
    def test_both_papers_pass_pdf_ua(self, session: scoped_session[Session]) -> None:
        agreement = signed(a_deal("special_school"))
        for key in (agreement.issued_file_id, agreement.signed_file_id):
            paper = session.get_one(StoredFile, key, options=[undefer(StoredFile.content)])
            report = page.validate_pdf_bytes(paper.content, profile=page.ValidationProfile.PDF_UA_1)
            assert list(report.failures) == []

    def test_an_officer_may_not_nor_the_provider(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        agreement = signed_by_provider(deal)
        for actor in (deal.officer, deal.head):
            agreement = as_read_by(actor, agreement)
            with pytest.raises(NotPermitted):
                sign_for_borough(agreement, actor.name, by=actor)

    def test_not_before_the_provider_and_not_twice(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        draft = a_draft(deal)
        with pytest.raises(NotNow, match="signed once it has been issued"):
            sign_for_borough(as_read_by(deal.manager, draft), deal.manager.name, by=deal.manager)
        other = a_deal(name="Otherham")
        waiting = as_read_by(other.manager, issued(other))
        with pytest.raises(NotNow, match="The provider signs first"):
            sign_for_borough(waiting, other.manager.name, by=other.manager)
        third = a_deal(name="Thirdham")
        done = as_read_by(third.manager, signed(third))
        with pytest.raises(NotNow, match="Both sides have signed already"):
            sign_for_borough(done, third.manager.name, by=third.manager)

    def test_the_database_keeps_no_signed_agreement_without_its_paper(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        agreement = signed_by_provider(deal)
        agreement.state = S.SIGNED_BY_BOROUGH
        with pytest.raises(IntegrityError, match="signed_paper_is_kept"):
            session.flush()

    def test_both_sides_are_told(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        signed(deal)
        assert session.scalars(select(Letter.organisation_id).where(Letter.act == Act.SIGN_FOR_BOROUGH)).all() == [
            deal.borough.id
        ]
        acting(deal.head)
        assert len(session.scalars(select(Letter).where(Letter.act == Act.SIGN_FOR_BOROUGH)).all()) == 1


@pytest.mark.slow
def test_two_managers_who_sign_at_once_leave_one_signature_and_one_paper(own_app: Flask) -> None:
    """On two real connections: one signs for the borough, the other is told that both sides have signed already."""
    with own_app.app_context():
        deal = a_deal(name="Raceham")
        second = a_person(deal.borough, Role.PLACEMENT_MANAGER, name="Second Manager")
        key = signed_by_provider(deal).id
        db.session.commit()
    outcomes: list[str] = []
    gate = threading.Barrier(2)

    def sign(manager: Actor) -> None:
        with own_app.app_context():
            act_behind(manager.fence)
            agreement = db.session.get_one(Agreement, key)
            gate.wait()
            try:
                sign_for_borough(agreement, manager.name, by=manager)
                outcomes.append("signed")
            except NotNow as refused:
                outcomes.append(str(refused))

    racers = [threading.Thread(target=sign, args=[manager]) for manager in (deal.manager, second)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(outcomes) == ["Both sides have signed already.", "signed"]
    with own_app.app_context():
        act_behind(deal.manager.fence)
        assert db.session.scalar(select(func.count(Signature.id)).where(Signature.agreement_id == key)) == 2
        papers = select(func.count(StoredFile.id)).where(StoredFile.name.endswith("-signed.pdf"))
        assert db.session.scalar(papers) == 1
