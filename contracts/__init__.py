"""Awarding, agreements, signatures, placements and what they cost."""
