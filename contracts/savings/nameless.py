"""What is written in the ledger is read by the hub and kept for long: no text may say who a child is."""

from foundation.permission import Invalid
from referrals.identifying_text import matches


def require_nameless(**texts: str) -> None:
    """Refuse, beside its field, a text with anything shaped like a child's particulars: a postcode, an e-mail address, a number."""
    for field, text in texts.items():
        for found in matches(text, ()):
            said = text[found.start : found.end]
            raise Invalid(f"“{said}” looks like {found.what}. Leave it out: the hub reads this.", field)
