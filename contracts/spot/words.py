"""How spot purchases are said on pages."""

from contracts.spot.purchase import ReviewKind, SpotState
from marketplace.acts import Act
from marketplace.code_lists import choices, label

REASONS = "spot_purchase_reason"
S = SpotState

BADGES: dict[SpotState, tuple[str, str]] = {
    S.PROPOSED: ("wait", "Waits for a decision"),
    S.APPROVED: ("ok", "Approved"),
    S.REFUSED: ("bad", "Refused"),
    S.WITHDRAWN: ("none", "Withdrawn"),
}
REVIEWS: dict[ReviewKind, str] = {
    ReviewKind.PLANNED: "Review", ReviewKind.WEEKLY: "Weekly review", ReviewKind.EMERGENCY: "Emergency reviewed afterwards"
}  # fmt: skip
HAPPENED: dict[str, str] = {
    Act.PROPOSE_SPOT_PURCHASE: "Proposed",
    Act.APPROVE_SPOT_PURCHASE: "Approved",
    Act.REFUSE_SPOT_PURCHASE: "Refused",
    Act.WITHDRAW_SPOT_PURCHASE: "Withdrawn",
    Act.RECORD_OFSTED_TOLD: "Ofsted told",
    Act.REVIEW_SPOT_PURCHASE: "Reviewed",
    Act.REVIEW_EMERGENCY: "Emergency reviewed afterwards",
    Act.DRAW_UP_SPOT_AGREEMENT: "Agreement drawn up",
    Act.CONVERT_SPOT_PURCHASE: "Converted to the framework",
}


def reason_words(code: str) -> str:
    """The reason as people say it."""
    return label(REASONS, code)


def reason_choices() -> list[tuple[str, str]]:
    """Code and label of every reason that a form offers."""
    return choices(REASONS)
