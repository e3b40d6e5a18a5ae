"""How a letter leaves: by SMTP over TLS, by GOV.UK Notify, or – the default – as a file under DATA_DIR/mail, one for each address.

Each way is given one address at a time, so that no recipient learns of another, and the same number each time it is given the same
letter to the same address: a repetition after a crash bears the same Message-ID (Notify: reference) and overwrites the same file.
"""

import os
import smtplib
import ssl
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from notifications_python_client.errors import HTTPError
from notifications_python_client.notifications import NotificationsAPIClient

from foundation.config import Settings

SECONDS = 20
#: where mail may travel without TLS: it does not leave the machine
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


class NotPosted(Exception):
    """The letter did not leave; the message says why, without anybody's address or password."""


@dataclass(frozen=True)
class Posting:
    """A letter to one address, ready to leave."""

    letter_id: uuid.UUID
    to: str
    subject: str
    body: str
    written_at: datetime

    @property
    def number(self) -> str:
        """The same for the same letter to the same address, whenever it is posted."""
        return str(uuid.uuid5(self.letter_id, self.to.casefold()))

    def as_message(self, sender: str) -> EmailMessage:
        """The letter as an e-mail of plain text."""
        message = EmailMessage()
        message["From"], message["To"] = sender, self.to
        message["Subject"] = " ".join(self.subject.split())
        message["Date"] = format_datetime(self.written_at)
        message["Message-ID"] = f"<{self.number}@{sender.rpartition('@')[2].rstrip('>')}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(self.body)
        return message


def post(posting: Posting, settings: Settings) -> str:
    """Let the letter leave by the way that the operator chose; gives back which. Raises `NotPosted`."""
    way = settings.mail_way
    WAYS[way](posting, settings)
    return way


def _by_smtp(posting: Posting, settings: Settings) -> None:
    where = urlsplit(settings.smtp_url)
    host = where.hostname or ""
    try:
        with _connect(where.scheme, host, where.port) as server:
            if where.username:
                server.login(unquote(where.username), unquote(where.password or ""))
            server.send_message(posting.as_message(settings.mail_from))
    except smtplib.SMTPRecipientsRefused as refused:
        raise NotPosted("The mail server refused the address.") from refused
    except (OSError, smtplib.SMTPException) as fault:
        raise NotPosted(f"The mail server did not take it ({type(fault).__name__}).") from fault


def _connect(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=SECONDS, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port or 587, timeout=SECONDS)
    server.ehlo()
    if host not in THIS_MACHINE or server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
    return server


def _by_notify(posting: Posting, settings: Settings) -> None:
    if not settings.notify_template:
        raise NotPosted("NOTIFY_TEMPLATE is not set: the id of a Notify template made of ((subject)) and ((body)).")
    words = {"subject": posting.subject, "body": posting.body}
    try:
        client: Any = NotificationsAPIClient(settings.notify_key, timeout=SECONDS)  # type: ignore[no-untyped-call]
        client.send_email_notification(
            email_address=posting.to,
            template_id=settings.notify_template,
            personalisation=words,
            reference=posting.number,
        )
    except HTTPError as fault:
        raise NotPosted(f"GOV.UK Notify did not take it (status {fault.status_code}).") from fault


def _into_the_outbox(posting: Posting, settings: Settings) -> None:
    folder = settings.data_dir / "mail"
    path = folder / f"{posting.written_at:%Y%m%d-%H%M%S}-{posting.number}.eml"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_whole(path, posting.as_message(settings.mail_from).as_bytes())
    except OSError as fault:
        raise NotPosted(f"The file could not be written ({fault.strerror}).") from fault


def _write_whole(path: Path, content: bytes) -> None:
    """The file is there whole or not at all, and only its owner reads it."""
    aside = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    aside.replace(path)


WAYS: dict[str, Callable[[Posting, Settings], None]] = {
    "smtp": _by_smtp,
    "notify": _by_notify,
    "outbox": _into_the_outbox,
}
