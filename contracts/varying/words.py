"""How variations and absences are said on pages."""

from typing import NamedTuple

from contracts.varying.absence import AbsenceState
from contracts.varying.variation import Side, VariationState
from marketplace.acts import Act

S = VariationState

BADGES: dict[str, tuple[str, str]] = {
    S.PROPOSED: ("wait", "Proposed"),
    S.APPROVED: ("ok", "Approved"),
    S.REFUSED: ("bad", "Refused"),
    S.WITHDRAWN: ("none", "Withdrawn"),
}
ABSENCES: dict[str, tuple[str, str]] = {
    AbsenceState.RECORDED: ("wait", "Recorded"),
    AbsenceState.CONFIRMED: ("ok", "Confirmed"),
    AbsenceState.REFUSED: ("bad", "Refused"),
}
SIDES: dict[str, str] = {Side.BOROUGH: "the borough", Side.PROVIDER: "the provider"}


class Decision(NamedTuple):
    """A step on a proposal: its address, its page's title, its button, and the button's kind."""

    step: str
    title: str
    button: str
    kind: str


DECISIONS: dict[Act, Decision] = {
    Act.AGREE_TO_VARIATION: Decision("agree", "Agree to the variation", "Agree for the provider", ""),
    Act.APPROVE_VARIATION: Decision("approve", "Approve the variation", "Approve and change the fees", ""),
    Act.REFUSE_VARIATION: Decision("refuse", "Refuse the variation", "Refuse", "secondary"),
    Act.WITHDRAW_VARIATION: Decision("withdraw", "Withdraw the variation", "Withdraw", "secondary"),
}
DONE: dict[Act, str] = {
    Act.AGREE_TO_VARIATION: "You have agreed. The borough’s placement manager approves next.",
    Act.APPROVE_VARIATION: "The variation is approved, and the fees are changed from its day.",
    Act.REFUSE_VARIATION: "The variation is refused. The fees stay as they are.",
    Act.WITHDRAW_VARIATION: "The variation is withdrawn. The fees stay as they are.",
}
