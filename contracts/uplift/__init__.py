"""Uplift: one negotiation of the yearly fee increase for all boroughs.

A *round* is opened by the hub for a framework or one of its lots: window, rule, indices, effective date, the boroughs that take part.
A *request* is what a provider asks for a *scope* (everything, a setting, a kind of fee, an agreement). The hub *models* it on every
live agreement before anything changes, *counters*, refuses, splits it by scope, or *agrees* – which changes the fee lines of every
covered agreement from the effective date. Asked less agreed, on the placements as they turn out, is *cost avoided*.
"""
