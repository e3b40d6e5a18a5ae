"""How the ledger is said: the four words of the savings programmes with their shapes, states, sources, layers."""

from contracts.savings.saving import Benefit, Layer, Rating, SavingState, Source

#: kind of badge, words, shape: never the colour alone
RATINGS: dict[Rating, tuple[str, str, str]] = {
    Rating.GREEN_DELIVERED: ("ok", "Green delivered", "check"),
    Rating.GREEN_ON_TARGET: ("ok", "Green on target", "half"),
    Rating.AMBER: ("warn", "Amber", "triangle"),
    Rating.RED: ("bad", "Red", "square"),
}
#: what each word means, as the savings programmes define it
MEANINGS: dict[Rating, str] = {
    Rating.GREEN_DELIVERED: "Work complete: actual savings delivered.",
    Rating.GREEN_ON_TARGET: "On track, and forecast to be achieved before the end of the financial year.",
    Rating.AMBER: "Some risk of non-achievement: a full savings plan exists, but part of it is uncertain or may be deferred.",
    Rating.RED: "High risk of non-achievement: there is no detailed savings plan, and savings are more likely than not to be deferred.",
}
STATES: dict[SavingState, tuple[str, str]] = {
    SavingState.CLAIMED: ("wait", "Waits for approval"),
    SavingState.APPROVED: ("ok", "Approved"),
    SavingState.REFUSED: ("none", "Refused"),
    SavingState.REVERSED: ("none", "Reversed"),
}
TITLES: dict[Source, str] = {
    Source.UPLIFT_AVOIDED: "Uplift avoided",
    Source.BELOW_BENCHMARK: "Offer below benchmark",
    Source.VOLUME_DISCOUNT: "Volume discount",
    Source.STEP_DOWN: "Step-down",
    Source.SPOT_AVOIDED: "Spot purchase avoided",
    Source.MANUAL: "Entered by a person",
    Source.PLAN: "Savings plan",
}
BENEFITS: dict[Benefit, str] = {Benefit.CASHABLE: "Cashable", Benefit.AVOIDED: "Cost avoided"}
#: what the layers are called where somebody chooses one
LAYERS: dict[Layer, str] = {
    Layer.PLACING: "The place: another price was possible for it",
    Layer.DISCOUNT: "A discount on its fees",
    Layer.UPLIFT: "An increase of its fees that was asked and not paid",
    Layer.UNDERTAKING: "A project of the borough’s own",
}
PROJECTS = ("LAC", "SEND")

_FOR_PAGES = {
    "ratings": RATINGS, "states": STATES, "titles": TITLES, "benefits": BENEFITS, "layers": LAYERS, "meanings": MEANINGS,
}  # fmt: skip


def words_for_pages() -> dict[str, object]:
    """How entries are said, for every template of the ledger."""
    return {"said": _FOR_PAGES}
