"""How states, scopes and kinds of fee are said."""

from contracts.costs import RATES
from contracts.uplift.request import RequestState
from contracts.uplift.requesting import FEE_KINDS
from contracts.uplift.rule import CostPart
from foundation.formatting import capital
from marketplace.acts import Act
from marketplace.fee_line import Unit

S = RequestState

BADGES: dict[RequestState, tuple[str, str]] = {
    S.PENDING: ("wait", "Waiting for the hub"),
    S.COUNTERED: ("wait", "Counter-offer made"),
    S.ACCEPTED: ("warn", "Counter-offer accepted"),
    S.AGREED: ("ok", "Agreed"),
    S.UNDONE: ("none", "Agreed, then undone"),
    S.REFUSED: ("bad", "Refused"),
    S.APPEALED: ("warn", "Appealed"),
    S.DISMISSED: ("bad", "Appeal dismissed"),
    S.SPLIT: ("none", "Answered in parts"),
    S.WITHDRAWN: ("none", "Withdrawn"),
}

#: Kinds of fee that an uplift moves.
KINDS = [(kind, capital(kind)) for kind in FEE_KINDS]

#: What a new rate is paid for.
UNITS = [(unit.value, capital(words)) for unit, words in RATES.items() if unit is not Unit.ONCE]

#: The parts of a provider's costs.
PART_NAMES: dict[CostPart, str] = {
    CostPart.LIVING_WAGE: "Pay at the National Living Wage",
    CostPart.OTHER_PAY: "Other pay",
    CostPart.EMPLOYER: "Employer contributions",
    CostPart.PRICES: "Food, energy and other prices",
    CostPart.PREMISES: "Property",
}
#: the same under a bar of a chart
PART_LABELS: dict[str, str] = {
    CostPart.LIVING_WAGE: "Living wage pay",
    CostPart.OTHER_PAY: "Other pay",
    CostPart.EMPLOYER: "Employer costs",
    CostPart.PRICES: "Food and energy",
    CostPart.PREMISES: "Property",
}
PARTS = [(part.value, name) for part, name in PART_NAMES.items()]

RULES = [
    ("fixed", "A fixed percentage"),
    ("lower_of", "The lower of a percentage and an index"),
    ("open", "Open: judged on the evidence"),
]

#: what each act is called on its button
BUTTONS: dict[Act, str] = {
    Act.AGREE_UPLIFT: "Agree",
    Act.REFUSE_UPLIFT: "Refuse",
    Act.SPLIT_UPLIFT_REQUEST: "Split it",
    Act.ACCEPT_COUNTER: "Accept the counter-offer",
    Act.APPEAL_UPLIFT: "Appeal",
    Act.ALLOW_APPEAL: "Allow the appeal",
    Act.DISMISS_APPEAL: "Dismiss the appeal",
    Act.UNDO_UPLIFT: "Undo the uplift",
    Act.WITHDRAW_UPLIFT_REQUEST: "Withdraw the request",
}
