"""How an admission's state is worn as a badge."""

from marketplace.admission import AdmissionState

STATES = {
    AdmissionState.APPLIED: ("wait", "Applied"),
    AdmissionState.ADMITTED: ("ok", "Admitted"),
    AdmissionState.REFUSED: ("bad", "Refused"),
    AdmissionState.SUSPENDED: ("warn", "Suspended"),
    AdmissionState.WITHDRAWN: ("none", "Withdrawn"),
}


def standing_badge(state: AdmissionState, tier: str | None = None) -> tuple[str, str]:
    """Kind of badge and words: “Admitted, Tier 1”."""
    kind, words = STATES[state]
    return kind, f"{words}, {tier}" if tier and state is AdmissionState.ADMITTED else words
