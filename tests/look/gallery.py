"""The gallery: one page with every macro, one form page, and every error page, without database or sign-in."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

from flask import Flask, flash, render_template
from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxesInput,
    GovCheckboxInput,
    GovFileInput,
    GovPasswordInput,
    GovRadioInput,
    GovSelect,
    GovTextArea,
    GovTextInput,
)
from jinja2 import ChoiceLoader, FileSystemLoader
from wtforms import (
    BooleanField,
    FileField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired

from foundation import charts
from foundation.drawing import PRINT_SPARK
from foundation.forms import DayField
from foundation.web import ROOT, register_look, render_plain

QUARTERS = ["Q3 24/25", "Q4 24/25", "Q1 25/26", "Q2 25/26", "Q3 25/26", "Q4 25/26", "Q1 26/27", "Q2 26/27"]
SHARES = [14.3, 12.5, 11.1, None, 9.8, 8.2, 7.0, 5.9]
ERRORS = (400, 403, 404, 409, 413, 429, 500, 503)


class OfferForm(FlaskForm):
    """One field of each kind."""

    label = StringField("Fee line", widget=GovTextInput(), validators=[InputRequired("Say what the fee is for")])
    amount = StringField("Amount a week", description="In pounds and pence", widget=GovTextInput())
    start = DayField(
        "When the place is free",
        validators=[InputRequired("Enter the day from which the place is free")],
    )
    reason = TextAreaField("Why this home suits her", widget=GovTextArea())
    setting = SelectField("Setting", widget=GovSelect(), choices=[("r", "Rowan House"), ("t", "Tamar Road")])
    meets = RadioField(
        "Meets the need",
        widget=GovRadioInput(),
        choices=[("full", "Fully"), ("part", "In part"), ("no", "No")],
        validators=[InputRequired("Choose how far the need is met")],
    )
    needs = SelectMultipleField("Needs met", widget=GovCheckboxesInput(), choices=[("a", "Autism"), ("b", "Trauma")])
    sure = BooleanField("I have checked the figures", widget=GovCheckboxInput())
    paper = FileField("Statement of purpose", widget=GovFileInput())
    password = PasswordField("Password", widget=GovPasswordInput())


def create_gallery() -> Flask:
    """A Flask application of nothing but the look."""
    app = Flask("gallery", root_path=str(ROOT), static_folder="static")
    app.config.update(SECRET_KEY="gallery", TESTING=True)
    register_look(app)
    own = FileSystemLoader(Path(__file__).parent / "templates")
    app.jinja_env.loader = ChoiceLoader([own, app.jinja_env.loader])
    app.context_processor(_shell)
    app.add_url_rule("/", "gallery", _gallery)
    app.add_url_rule("/form", "form", _form, methods=["GET", "POST"])
    app.add_url_rule("/error/<int:code>", "error", _error)
    return app


def _shell() -> dict[str, object]:
    return {
        "account": SimpleNamespace(
            name="Amara Osei", organisation="London Borough of Merton", switch_href="/switch", sign_out_href="/sign-out"
        ),
        "navigation": [
            ("Your work", "/", True),
            ("Referrals", "/r", False),
            ("Placements", "/p", False),
            ("Providers", "/s", False),
        ],
        "footer_links": [("Accessibility", "/accessibility"), ("Privacy", "/privacy")],
    }


def _gallery() -> str:
    flash("The referral was sent to Daniel Whitcombe for approval.", "ok")
    trend = charts.for_page(
        charts.trend,
        "Unplanned endings fell from 14.3% to 5.9%; target at most 8%",
        QUARTERS,
        SHARES,
        high=8,
        band="Target: at most 8%",
        peers=[10, 10.2, 9.9, 9.8, 9.5, 9.4, 9.1, 9],
        write="{:g}%".format,
    )
    months = charts.for_page(
        charts.stacked,
        "Spend by month",
        ["Apr", "May", "Jun", "Jul", "Aug", "Sep"],
        [("Framework fees", [300, 310, 305, 312, 330, 340]), ("Spot purchases", [60, 55, 40, 38, 20, 22])],
        unit="£ thousand a month",
        split=4,
    )
    bars = charts.for_page(
        charts.bars,
        "Spot share fell from 18% to 11%; aim 10%",
        ["Q1 25/26", "Q2", "Q3", "Q4", "Q1 26/27", "Q2 26/27"],
        [18, 17, 15, 14, 12, 11],
        aim=10,
        aim_text="Aim 10%",
        write="{:g}%".format,
    )
    lengths = charts.for_page(
        charts.horizontal,
        "Distance from home",
        [("Under 5 miles", 17, 12), ("5 to 10 miles", 13, 15), ("Over 20 miles", None, None)],
        marker="a year ago",
    )
    return render_template(
        "gallery.html",
        trend=trend,
        months=months,
        bars=bars,
        lengths=lengths,
        spark=charts.spark("Rising from 70 to 94", [70, 74, None, 81, 90, 94], target=90),
        flat=charts.spark("No figures", [None, None]),
        now=datetime(2026, 11, 23, 12, tzinfo=UTC),
        fee=Decimal(4380),
    )


def _form() -> str:
    form = OfferForm()
    form.validate_on_submit()
    return render_template("gallery_form.html", form=form)


def _error(code: int) -> tuple[str, int]:
    return render_plain(f"errors/{code}.html", request_id="7f3a"), code


def sample_document() -> str:
    """A short report with every part of the PDF furniture; needs an application context of the gallery."""
    lengths = [("Under 5 miles", 17, 12), ("5 to 10 miles", 13, 15), ("Over 20 miles", None, None)]
    months = ["Apr", "May", "Jun", "Jul", "Aug", "Sep"]
    spend = [("Spot purchases", [60, 55, 40, 38, 20, 22]), ("Framework fees", [300, 310, 305, 312, 330, 340])]
    return render_template(
        "sample_document.html",
        author="South London Commissioning Programme",
        stamp=datetime(2026, 10, 12, 5, 14, tzinfo=UTC),
        fee=Decimal(4380),
        trend=charts.trend(
            "Unplanned endings fell from 14.3% to 5.9%", QUARTERS, SHARES, high=8, band="Target: at most 8%"
        ),
        lengths=charts.horizontal("Distance from home: under 5 miles 17", lengths, marker="a year ago"),
        months=charts.stacked("Spend by month, April to September", months, spend, unit="£ thousand", split=4),
        bars=charts.bars("Spot share fell from 12% to 11%", QUARTERS[-3:], [12, None, 11], aim=10, aim_text="Aim 10%"),
        spark=charts.spark("Rising from 70 to 94", [70, None, 90, 94], target=90, canvas=PRINT_SPARK),
    )
