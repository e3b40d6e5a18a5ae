"""An answer to a question of the form: from what was typed to what is kept, and from what is kept to words."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from foundation.formatting import day_plain, joined
from foundation.permission import Invalid
from referrals.question_set import Answers, Kind, Question, QuestionSet, Section, listed

#: What begins a statement that a risk is there, in the words of the Placements Data Standard.
RISK_PRESENT = "Risk Present"


def accept(question: Question, typed: Any) -> Any:
    """The answer as it is kept, or None for no answer; raises Invalid, naming the question, where it cannot be one."""
    if typed is None or typed == "" or typed == []:
        return None
    match question.kind:
        case Kind.TEXT | Kind.LONG_TEXT:
            return _text(question, str(typed))
        case Kind.CHOICE | Kind.YES_NO:
            return _code(question, str(typed))
        case Kind.CHOICES | Kind.NEEDS:
            return [_code(question, code) for code in listed(list(dict.fromkeys(typed)))]
        case Kind.DATE:
            return _date(question, typed)
        case Kind.NUMBER:
            return _number(question, str(typed))


def accept_all(section: Section, typed: Answers) -> dict[str, Any]:
    """Every answer of a section as it is kept, None where there is none; raises Invalid at the first that cannot be one."""
    return {question.key: accept(question, typed.get(question.key)) for question in section.questions}


def in_words(question: Question, answer: Any) -> str:
    """A kept answer as a person reads it."""
    if answer is None:
        return ""
    match question.kind:
        case Kind.CHOICE | Kind.YES_NO:
            return question.label_of(answer)
        case Kind.CHOICES | Kind.NEEDS:
            return joined([question.label_of(code) for code in answer])
        case Kind.DATE:
            return day_plain(date.fromisoformat(answer))
        case _:
            return str(answer)


def asked_and_answered(questions: QuestionSet | Section, answers: Answers) -> list[tuple[Question, Any]]:
    """Each question that the other answers make one to ask, with its answer or None."""
    return [(question, answers.get(question.key)) for question in questions.questions if question.is_asked(answers)]


def missing(questions: QuestionSet | Section, answers: Answers) -> list[Question]:
    """What must still be answered before publication."""
    return [
        question
        for question, answer in asked_and_answered(questions, answers)
        if question.required and answer in (None, "", [])
    ]


def _text(question: Question, typed: str) -> str | None:
    text = typed.strip().replace("\r\n", "\n")
    if len(text) > question.longest:
        raise Invalid(
            f"“{question.label}” has {len(text):,} characters; shorten it to {question.longest:,} or fewer.",
            question.key,
        )
    if "\x00" in text:
        raise Invalid(f"“{question.label}” holds a character that cannot be kept. Type it again.", question.key)
    return text or None


def _code(question: Question, typed: str) -> str:
    if typed not in {option.code for option in question.options}:
        raise Invalid(f"Choose one of the answers to “{question.label}”.", question.key)
    return typed


def _date(question: Question, typed: Any) -> str:
    try:
        day = typed if isinstance(typed, date) else date.fromisoformat(str(typed))
    except ValueError:
        raise Invalid(f"“{question.label}” must be a real date, such as 23 11 2026.", question.key) from None
    if not 1990 <= day.year <= 2100:
        raise Invalid(f"The year of “{question.label}” cannot be right. Check it.", question.key)
    return day.isoformat()


def _number(question: Question, typed: str) -> int | str:
    try:
        figure = Decimal(typed.strip().replace(",", ""))
        rounded = figure.quantize(Decimal(1).scaleb(-question.decimals))
    except InvalidOperation:
        raise Invalid(f"“{question.label}” must be a number, such as 4.", question.key) from None
    if not figure.is_finite() or rounded != figure:
        kind = f"at most {question.decimals} decimal places" if question.decimals else "a whole number"
        raise Invalid(f"“{question.label}” must be {kind}.", question.key)
    if question.lowest is not None and figure < question.lowest:
        raise Invalid(f"“{question.label}” cannot be less than {question.lowest}.", question.key)
    if question.highest is not None and figure > question.highest:
        raise Invalid(f"“{question.label}” cannot be more than {question.highest:,}.", question.key)
    return str(rounded.normalize() if rounded % 1 else int(rounded)) if question.decimals else int(rounded)
