"""Spot purchases."""
