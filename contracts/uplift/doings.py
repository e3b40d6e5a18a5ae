"""Every act on a request that has a page of its own: what follows, its form, its verb, and what is said afterwards."""

from collections.abc import Callable
from typing import Any, NamedTuple

from contracts.uplift.agreeing import agree_uplift, allow_appeal
from contracts.uplift.answering import accept_counter, appeal_uplift, dismiss_appeal, refuse_uplift
from contracts.uplift.request import UpliftRequest
from contracts.uplift.request_forms import (
    AcceptForm,
    AgreeForm,
    AnswerForm,
    ChangeForm,
    DecideForm,
    SplitForm,
    UndoForm,
)
from contracts.uplift.requesting import withdraw_uplift_request
from contracts.uplift.splitting import Cut, split_uplift_request
from contracts.uplift.undoing import undo_uplift
from foundation.submitting import Form
from marketplace.acts import Act


class Doing(NamedTuple):
    """An act with a page of its own: what it is, what follows, its form, how its verb is called, and what is said afterwards."""

    act: Act
    consequence: str
    form: Callable[[UpliftRequest], Form]
    verb: Callable[..., Any]
    typed: Callable[[Any], dict[str, Any]]
    done: str
    kind: str = ""


def _reason(form: AnswerForm) -> dict[str, Any]:
    return {"reason": form.reason.data or ""}


def _agreed(form: AgreeForm) -> dict[str, Any]:
    return _reason(form) | {"override": bool(form.override.data)}


def _allowed(form: ChangeForm) -> dict[str, Any]:
    return _agreed(form) | {"change": form.change, "from_on": form.from_on.data}


#: each act's page by its address
DOINGS: dict[str, Doing] = {
    "agree": Doing(
        Act.AGREE_UPLIFT, "Every fee that it covers changes on the day. The provider and the boroughs are told. Taking it back"
        " is a new decision, by the head of the hub.", lambda _: AgreeForm(), agree_uplift, _agreed,
        "The uplift is agreed and the fees are changed.",
    ),
    "refuse": Doing(
        Act.REFUSE_UPLIFT, "The fees stay as they are. The provider reads your reason and may appeal.", lambda _: AnswerForm(),
        refuse_uplift, _reason, "The request is refused.", "warning",
    ),
    "split": Doing(
        Act.SPLIT_UPLIFT_REQUEST, "Each part becomes a request of its own, which you answer for itself. To pick out single agreements,"
        " choose them on the page of its agreements.", lambda _: SplitForm(), split_uplift_request,
        lambda form: {"cut": Cut(form.cut.data)}, "The request is split.",
    ),
    "accept": Doing(
        Act.ACCEPT_COUNTER, "The hub then agrees it, and your fees change on the day.", lambda _: AcceptForm(),
        accept_counter, lambda form: {"number": int(form.number.data) if str(form.number.data or "").isdecimal() else 0},
        "You have accepted the counter-offer.",
    ),
    "appeal": Doing(
        Act.APPEAL_UPLIFT, "Somebody else than who gave the answer decides your appeal.", lambda _: AnswerForm(), appeal_uplift,
        _reason, "Your appeal is with the hub.",
    ),
    "allow": Doing(
        Act.ALLOW_APPEAL, "Every fee that it covers changes on the day. The provider and the boroughs are told.", ChangeForm,
        allow_appeal, _allowed, "The appeal is allowed and the fees are changed.",
    ),
    "dismiss": Doing(
        Act.DISMISS_APPEAL, "The fees stay as they are, and the matter is closed.", lambda _: AnswerForm(), dismiss_appeal,
        _reason, "The appeal is dismissed.", "warning",
    ),
    "undo": Doing(
        Act.UNDO_UPLIFT, "Every fee that it raised goes on at its old amount. What was agreed stays on record; the provider and the"
        " boroughs are told.", UndoForm, undo_uplift, lambda form: _reason(form) | {"from_on": form.chosen}, "The uplift is undone.",
        "warning",
    ),
    "withdraw": Doing(
        Act.WITHDRAW_UPLIFT_REQUEST, "Nobody answers it any more. You can ask again.", lambda _: DecideForm(),
        withdraw_uplift_request, lambda _: {}, "Your request is withdrawn.", "warning",
    ),
}  # fmt: skip
