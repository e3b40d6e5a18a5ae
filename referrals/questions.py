"""The questions about a referral as the borough reads them: who asked, and the answer that went to all."""

from dataclasses import dataclass

from sqlalchemy import select

from foundation.database import db
from foundation.permission import NotFound
from marketplace.organisation import Organisation
from referrals.referral import AnswerToAll, Clarification, Referral


@dataclass(frozen=True)
class Question:
    """A question with its number, its asker and its answer, if there is one yet."""

    number: int
    asked: Clarification
    asker: str
    answer: str | None


def questions_of(referral: Referral) -> list[Question]:
    """Every question about the referral in the order in which they were asked; one statement."""
    rows = db.session.execute(
        select(Clarification, Organisation.name, AnswerToAll.answer)
        .join(Organisation, Organisation.id == Clarification.provider_id)
        .outerjoin(AnswerToAll, AnswerToAll.clarification_id == Clarification.id)
        .where(Clarification.referral_id == referral.id)
        .order_by(Clarification.asked_at, Clarification.id)
    )
    return [Question(number, *row) for number, row in enumerate(rows, start=1)]


def question_number(referral: Referral, number: int) -> Clarification:
    """The question of that number on the page; NotFound where there is none."""
    asked = db.session.scalar(
        select(Clarification)
        .where(Clarification.referral_id == referral.id)
        .order_by(Clarification.asked_at, Clarification.id)
        .offset(number - 1)
        .limit(1)
    )
    if asked is None:
        raise NotFound
    return asked
