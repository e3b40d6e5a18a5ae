"""How states, scopes and kinds of fee are said."""

from contracts.uplift.request import RequestState
from contracts.uplift.requesting import FEE_KINDS
from foundation.formatting import capital
from marketplace.acts import Act

S = RequestState

BADGES: dict[RequestState, tuple[str, str]] = {
    S.PENDING: ("wait", "Waiting for the hub"),
    S.COUNTERED: ("wait", "Counter-offer made"),
    S.ACCEPTED: ("warn", "Counter-offer accepted"),
    S.AGREED: ("ok", "Agreed"),
    S.REFUSED: ("bad", "Refused"),
    S.APPEALED: ("warn", "Appealed"),
    S.DISMISSED: ("bad", "Appeal dismissed"),
    S.SPLIT: ("none", "Split by setting"),
    S.WITHDRAWN: ("none", "Withdrawn"),
}

#: Kinds of fee that an uplift moves.
KINDS = [(kind, capital(kind)) for kind in FEE_KINDS]

RULES = [
    ("fixed", "A fixed percentage"),
    ("lower_of", "The lower of a percentage and an index"),
    ("open", "Open: judged on the evidence"),
]

#: what each act is called on its button
BUTTONS: dict[Act, str] = {
    Act.AGREE_UPLIFT: "Agree",
    Act.REFUSE_UPLIFT: "Refuse",
    Act.SPLIT_UPLIFT_REQUEST: "Split by setting",
    Act.ACCEPT_COUNTER: "Accept the counter-offer",
    Act.APPEAL_UPLIFT: "Appeal",
    Act.ALLOW_APPEAL: "Allow the appeal",
    Act.DISMISS_APPEAL: "Dismiss the appeal",
    Act.WITHDRAW_UPLIFT_REQUEST: "Withdraw the request",
}
