"""The child, the referral, its invitations, clarifications, offers and their evaluation."""
