"""What these tests share."""

import pytest
from sqlalchemy.orm import Session, scoped_session

from tests.referrals.published import Market, a_market


@pytest.fixture
def market(session: scoped_session[Session]) -> Market:
    """A published referral and two providers that may be invited to it."""
    return a_market()
