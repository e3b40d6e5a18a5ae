"""Variations, notice, absences."""
