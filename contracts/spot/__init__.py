"""Spot purchases: places bought outside the framework, and everything that keeps them rare, explained and watched.

A *spot purchase* begins from a referral: an officer *proposes* it, somebody else *approves* it – a placement manager, above the
organisation's limit and for an unregistered place a director. The framework *search* (waves, answers, dates) is attached by the system
and frozen; on the *emergency path* its absence is explained and a manager reviews it afterwards. The *register check* says what the
register holds of the setting. An *unregistered* place has a reason, a plan and a day to leave, a weekly *review*, Ofsted told, and stands
on the front page of borough and hub until the placement ends. An approved purchase becomes an agreement bought by spot; when its setting
is admitted to the lot it may be *converted*: from a day on it counts as bought through the framework. *Peers* are the live framework
agreements of the same lot, whose median weekly fee the price is read against.
"""
