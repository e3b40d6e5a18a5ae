"""Clarifications: asked by one, answered to all, and nobody learns who asked."""

import pytest
from sqlalchemy import select

from foundation.audit import AuditEvent
from foundation.database import db
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted
from foundation.tenancy import SYSTEM_FENCE
from referrals.clarifying import answer_clarification, ask_clarification
from referrals.referral import AnswerToAll, Clarification
from tests.makers.answers import a_question, a_responder, an_officer, here, invited
from tests.makers.standing import acting, behind
from tests.referrals.published import Market


class TestAskClarification:
    def test_the_borough_reads_the_question_and_no_other_provider_does(self, market: Market) -> None:
        invited(market.referral, market.rowan, market.beech)
        a_question(market.referral, market.rowan)
        acting(a_responder(market.beech))
        assert db.session.scalars(select(Clarification)).all() == []
        acting(an_officer(market.referral))
        assert db.session.scalars(select(Clarification.question)).all() == ["Is Saturday contact supervised?"]

    def test_a_provider_that_was_not_invited_may_not(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        with pytest.raises(NotPermitted):
            ask_clarification(market.referral, "Who?", by=acting(a_responder(market.beech)))

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("", "Enter the question"),
            ("x" * 2001, "Keep it to 2,000"),
            ("Could Rowan House visit first?", "your setting’s name .“Rowan House”"),
            ("Write to bea@oakfield.example", "an e-mail address"),
            ("Ring 020 7946 0018 please", "a telephone number"),
            ("How far is CR0 1EA?", "a postcode"),
        ],
    )
    def test_a_text_that_gives_somebody_away_is_refused(self, market: Market, text: str, found: str) -> None:
        invited(market.referral, market.rowan)
        with pytest.raises(Invalid, match=found) as refused:
            a_question(market.referral, market.rowan, text)
        assert refused.value.field == "question"

    def test_it_is_recorded_and_the_borough_is_told_without_the_text(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        a_question(market.referral, market.rowan)
        acting(an_officer(market.referral))
        assert db.session.scalars(select(AuditEvent).where(AuditEvent.act == "ask_clarification")).one().after == {}
        assert "Saturday" not in db.session.scalars(select(Letter).where(Letter.act == "ask_clarification")).one().body


class TestAnswerClarification:
    def test_everybody_invited_reads_it_without_the_asker(self, market: Market) -> None:
        invited(market.referral, market.rowan, market.beech)
        asked = a_question(market.referral, market.rowan)
        officer = acting(an_officer(market.referral))
        answer_clarification(here(asked), "Yes, by a family worker.", by=officer)
        acting(a_responder(market.beech))
        read = db.session.scalars(select(AnswerToAll)).one()
        assert (read.question, read.answer) == ("Is Saturday contact supervised?", "Yes, by a family worker.")
        assert not hasattr(read, "provider_id")

    def test_a_provider_may_not(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        asked = a_question(market.referral, market.rowan)
        with pytest.raises(NotPermitted):
            answer_clarification(asked, "Yes", by=acting(a_responder(market.rowan)))

    def test_not_twice(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        asked = a_question(market.referral, market.rowan)
        officer = acting(an_officer(market.referral))
        answer_clarification(here(asked), "Yes.", by=officer)
        with pytest.raises(NotNow, match="already"):
            answer_clarification(here(asked), "No.", by=officer)

    def test_an_answer_that_names_the_child_is_refused(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        asked = a_question(market.referral, market.rowan)
        officer = acting(an_officer(market.referral))
        with pytest.raises(Invalid, match="Zephyrine"):
            answer_clarification(here(asked), "Zephyrine likes it.", by=officer)

    def test_everybody_invited_gets_a_letter(self, market: Market) -> None:
        invited(market.referral, market.rowan, market.beech)
        asked = a_question(market.referral, market.rowan)
        officer = acting(an_officer(market.referral))
        answer_clarification(here(asked), "Yes.", by=officer)
        with behind(SYSTEM_FENCE):
            told = db.session.scalars(select(Letter.organisation_id).where(Letter.act == "answer_clarification")).all()
        assert set(told) == {market.rowan.provider_id, market.beech.provider_id}
