"""How a stay goes on, and where it nearly breaks.

A *move* takes a child from one setting of a provider to another while the agreement runs on: the past keeps its setting, so
that one may ask where the child was on any day. A *disruption meeting* looks at a placement at risk, or at one that ended
without a plan: who was there, what was found, and which *actions* follow, each with its owner and its day.
"""
