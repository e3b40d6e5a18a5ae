"""The form that brings Ofsted's register."""

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovFileInput
from wtforms import BooleanField, FileField, ValidationError

from foundation.submitting import Form


class RegisterForm(Form):
    """A file, and whether to believe it although it is much shorter than the last."""

    file = FileField("Ofsted's provider-level file (CSV)", widget=GovFileInput())
    all_the_same = BooleanField("Import it all the same", widget=GovCheckboxInput())

    def validate_file(self, field: FileField) -> None:
        """A file that was left out, or is empty, is told at once."""
        if not field.data or not field.data.filename:
            raise ValidationError("Choose the file that you downloaded from Ofsted.")

    @property
    def content(self) -> bytes:
        """The bytes that were sent."""
        self.file.data.stream.seek(0)
        content: bytes = self.file.data.stream.read()
        return content

    @property
    def file_name(self) -> str:
        """The file's own name, without any path."""
        return str(self.file.data.filename).replace("\\", "/").rsplit("/", 1)[-1][:200]
