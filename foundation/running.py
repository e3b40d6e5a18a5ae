"""What every running Harbour has: logs, health, `flask doctor`, `flask jobs`, `flask worker`, `flask db`."""

from flask import Flask
from flask_migrate import Migrate

from foundation import doctor, health, job_commands, logs
from foundation.database import db
from foundation.migrating import FOLDER


def init_app(app: Flask) -> None:
    """Give an application, whose database is set up already, the machinery that runs and watches it."""
    if not app.testing:
        logs.configure_logs(app.config["SETTINGS"].log_level)
    logs.init_app(app)
    app.register_blueprint(health.blueprint)
    Migrate(app, db, directory=str(FOLDER))
    doctor.init_app(app)
    job_commands.init_app(app)
