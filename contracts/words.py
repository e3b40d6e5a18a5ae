"""How agreements, placements and what happened to them are said on pages."""

from contracts.agreement import AgreementState
from marketplace.acts import Act

S = AgreementState

BADGES: dict[AgreementState, tuple[str, str]] = {
    S.DRAFT: ("none", "Draft"),
    S.ISSUED: ("wait", "Provider to sign"),
    S.SIGNED_BY_PROVIDER: ("wait", "Borough to sign"),
    S.SIGNED_BY_BOROUGH: ("wait", "Signed, not started"),
    S.ACTIVE: ("ok", "Placed"),
    S.NOTICE: ("warn", "Notice given"),
    S.ENDED: ("none", "Ended"),
    S.CANCELLED: ("bad", "Cancelled"),
}

#: the choices of the list's filter
GROUPS: dict[str, tuple[str, tuple[AgreementState, ...]]] = {
    "placed": ("Placed now", (S.ACTIVE, S.NOTICE)),
    "agreeing": ("Being agreed", (S.DRAFT, S.ISSUED, S.SIGNED_BY_PROVIDER)),
    "starting": ("Signed, not started", (S.SIGNED_BY_BOROUGH,)),
    "ended": ("Ended", (S.ENDED,)),
    "cancelled": ("Cancelled", (S.CANCELLED,)),
}

STEPS = ("Draft", "Provider signs", "Borough signs", "Child moves in", "Placed")
REACHED: dict[AgreementState, int] = {
    S.DRAFT: 0, S.ISSUED: 1, S.SIGNED_BY_PROVIDER: 2, S.SIGNED_BY_BOROUGH: 3, S.ACTIVE: 4, S.NOTICE: 4, S.ENDED: 5, S.CANCELLED: 0
}  # fmt: skip

SEXES = {"M": "Boy", "F": "Girl", "U": "Sex not stated"}

HAPPENED: dict[str, str] = {
    Act.DRAW_UP_AGREEMENT: "Agreement drawn up",
    Act.CHANGE_AGREEMENT: "Draft changed",
    Act.SHARE_FEES: "Payers of the fees changed",
    Act.ISSUE_AGREEMENT: "Agreement issued",
    Act.SIGN_FOR_PROVIDER: "Signed for the provider",
    Act.SIGN_FOR_BOROUGH: "Signed for the borough",
    Act.START_PLACEMENT: "Placement started",
    Act.END_PLACEMENT: "Placement ended",
    Act.UNDO_AWARD: "Agreement cancelled",
    Act.PROPOSE_VARIATION: "Variation proposed",
    Act.AGREE_TO_VARIATION: "Variation agreed to by the provider",
    Act.APPROVE_VARIATION: "Variation approved",
    Act.REFUSE_VARIATION: "Variation refused",
    Act.WITHDRAW_VARIATION: "Variation withdrawn",
    Act.RECORD_ABSENCE: "Absence recorded",
    Act.CONFIRM_ABSENCE: "Absence confirmed",
    Act.REFUSE_ABSENCE: "Absence refused",
    Act.MOVE_PLACEMENT: "Moved to another setting",
    Act.RECORD_DISRUPTION_MEETING: "Disruption meeting recorded",
    Act.COMPLETE_DISRUPTION_ACTION: "Action of a disruption meeting done",
    Act.SEAL_PAPER: "Signed paper sealed",
    Act.TAKE_BLOCK_PLACE: "Takes a place of a block contract",
    Act.GIVE_NOTICE: "Notice given",
    Act.WITHDRAW_NOTICE: "Notice withdrawn",
    Act.RECORD_SIGNED_PAPER: "Provider’s signed paper recorded",
    Act.RECORD_PROVIDERS_WORD: "Provider’s agreement to a variation recorded",
    Act.WITHDRAW_SPOT_PURCHASE: "Agreement cancelled",
}
