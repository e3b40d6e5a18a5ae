"""Makers bring things to a state through the real verbs; only what stands before any verb (boroughs, lots) is laid down directly."""
