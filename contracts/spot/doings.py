"""What may be done to a spot purchase, as its pages say it: title, what follows, the button, and what is said when it is done."""

from typing import NamedTuple

from marketplace.acts import Act


class Doing(NamedTuple):
    """An act's page."""

    step: str
    act: Act
    title: str
    lede: str
    button: str
    kind: str
    done: str


DECISIONS: dict[str, Doing] = {
    doing.step: doing
    for doing in (
        Doing(
            "approve", Act.APPROVE_SPOT_PURCHASE, "Approve the purchase",
            "The place may then be bought outside the framework. Your name stands beside it.", "Approve the purchase", "",
            "The purchase is approved. The agreement can be drawn up now.",
        ),
        Doing(
            "refuse", Act.REFUSE_SPOT_PURCHASE, "Refuse the purchase",
            "Nothing is bought. The officers read why, and may propose another place.", "Refuse the purchase", "warning",
            "The purchase is refused.",
        ),
        Doing(
            "withdraw", Act.WITHDRAW_SPOT_PURCHASE, "Withdraw the purchase",
            "An agreement that was drawn up is cancelled with it. Once the child has moved in, end the placement instead.",
            "Withdraw the purchase", "warning", "The purchase is withdrawn.",
        ),
        Doing(
            "review", Act.REVIEW_SPOT_PURCHASE, "Review the purchase",
            "Is the place still right, and is the way out of it kept to? Each review stays on record.", "Keep the review", "",
            "The review is kept.",
        ),
        Doing(
            "emergency-review", Act.REVIEW_EMERGENCY, "Review the emergency",
            "The framework was not searched first. Somebody who took no part in the decision says whether that was right.",
            "Keep the review", "", "The emergency is reviewed.",
        ),
        Doing(
            "ofsted", Act.RECORD_OFSTED_TOLD, "Record that Ofsted was told",
            "Ofsted is told of every child in a place that is not registered.", "Keep the day", "", "The day is recorded.",
        ),
        Doing(
            "convert", Act.CONVERT_SPOT_PURCHASE, "Convert to the framework",
            "The setting has been admitted to the lot. From the day on, the placement counts as bought through the framework and"
            " stands under its terms. The days before stay spot, and no fee changes.", "Convert from this day", "",
            "The placement counts as bought through the framework from that day.",
        ),
        Doing(
            "agreement", Act.DRAW_UP_SPOT_AGREEMENT, "Draw up the agreement",
            "It holds the fees of the purchase and stands outside the framework’s terms. It is yours alone until you issue it.",
            "Draw up the agreement", "", "The agreement is drawn up. Add its outcomes, check it, then issue it.",
        ),
    )
}  # fmt: skip
