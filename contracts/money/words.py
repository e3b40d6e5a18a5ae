"""How the standing of a stay is said."""

from contracts.money.stays import Standing

STANDING_WORDS: dict[Standing, str] = {
    Standing.RUNNING: "Has begun", Standing.COMMITTED: "Signed, not started", Standing.PLANNED: "Not signed by both",
}  # fmt: skip
