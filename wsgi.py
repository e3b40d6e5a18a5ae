"""The composition root: `create_app()` puts the house together. It imports everything and is imported by nobody."""

import os
from typing import Any

from flask import Flask

import referrals.child
import referrals.offer
import referrals.referral  # noqa: F401
from foundation.database import db


def create_app(**config: Any) -> Flask:
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ.get("X", "postgresql+psycopg://")
    app.config.update(config)
    db.init_app(app)
    return app
