"""The mailbox page of `make run`: everybody's mail and texts, for whoever sits at this machine.

config/urls.py adds it only when MAILBOX_DIR is set, and production refuses to start with that.
"""

import email
import email.policy
import uuid
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from config.local.smtp import Folder
from config.local.texts import IS_A_TEXT, REPLIES, tell

SHOWN = 100


@require_safe
@login_not_required
def mailbox_list(request: HttpRequest) -> HttpResponse:
    """List the newest mails and texts."""
    mails = [_read(file) for file in list(_files().values())[:SHOWN]]
    return render(request, "local/mailbox_list.html", {"mails": mails})


@require_safe
@login_not_required
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # its types know no arguments
def mail_detail(request: HttpRequest, number: int) -> HttpResponse:
    """Show one mail as text and, in a frame without any rights, as its HTML."""
    return render(request, "local/mail_detail.html", {"mail": _find(number)})


@require_safe
@login_not_required
@xframe_options_sameorigin
@csp_replace(  # type: ignore[arg-type]
    {
        "default-src": [NONE],
        "script-src": [NONE],
        "style-src": [UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "frame-ancestors": [SELF],
    }
)
def mail_html(request: HttpRequest, number: int) -> HttpResponse:
    """Give the HTML part as it was sent; its links leave the frame."""
    html = _find(number)["html"]
    return HttpResponse(html.replace("<head>", '<head><base target="_top">', 1))


@require_POST
@login_not_required
def text_answer(request: HttpRequest, number: int) -> HttpResponse:
    """Answer a text as the phone that got it: the provider tells the site."""
    mail = _find(number)
    if not mail["is_text"]:
        raise Http404
    answer = {"id": uuid.uuid4().hex, "from": mail["to"], "text": request.POST["text"]}
    heard = tell(settings.SITE_URL + REPLIES, answer, secret=settings.TEXTS_SECRET)
    if heard == 204:
        messages.success(request, "Your answer has arrived.")
    else:
        messages.error(request, f"Your answer did not arrive ({heard}).")
    return redirect("mail_detail", number)


def _files() -> dict[int, Path]:
    return Folder(Path(settings.MAILBOX_DIR)).files()


def _find(number: int) -> dict:
    file = _files().get(number)
    if file is None:
        raise Http404
    return _read(file)


def _read(file: Path) -> dict:
    mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    return {
        "number": int(file.stem),
        "arrived": datetime.fromtimestamp(int(file.stem) / 1_000_000_000, UTC),
        "subject": str(mail["Subject"]),
        "to": str(mail["X-Sent-To"]),
        "sender": str(mail["From"]),
        "reply_to": str(mail["Reply-To"] or ""),
        "text": _part(mail, "plain"),
        "html": _part(mail, "html"),
        "is_text": IS_A_TEXT in mail,
        "attachments": [part.get_filename() for part in mail.iter_attachments()],
    }


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return part.get_content() if part else ""
