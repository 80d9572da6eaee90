"""Email over one SMTP connection, one recipient each (reliability.md 5.2, 5.3)."""

import re
import smtplib

from django.conf import settings
from django.core.mail import get_connection

from surgeries.actions.channels import Doubt, Never, NotNow, Unreachable
from surgeries.actions.leases import stopwatch
from surgeries.messages.email import NoSuchAddress, letter_for
from surgeries.rules.outbox import without_contacts

# RFC 5321, 4.5.3.2: a shorter wait after the final dot makes copies. Together they are less than
# OUTBOX_SENDING_SECONDS.
COMMAND_SECONDS, CONTENT_SECONDS, FINAL_DOT_SECONDS = 30, 180, 600
FAULTS = (OSError, smtplib.SMTPException)
STOOD_STILL = "This machine stood still; nothing was sent."
MAIL_IS_TAKEN, ADDRESS_IS_TAKEN, GO_AHEAD, CLOSING = 250, (250, 251), 354, 421


class Email:
    """A connection that the first message opens and the rest of a batch shares."""

    def __init__(self):
        self._server = get_connection()

    def __enter__(self):
        return self

    def __exit__(self, *_fault):
        self._hang_up()

    def send(self, message, *, now, begin):
        """See Channel.send. All but the content passes before `begin`."""
        try:
            letter = letter_for(message, now)
        except NoSuchAddress as fault:
            raise Never(str(fault)) from fault
        smtp = self._offer(letter)
        asked_at = stopwatch()
        try:
            ours = begin()
        except Exception:
            self._start_again()
            raise
        if not ours:
            self._hang_up()
            return None
        self._hand_over(smtp, letter, asked_at)
        return ""

    def _offer(self, letter):
        try:
            self._server.open()
            smtp = self._server.connection
            smtp.sock.settimeout(COMMAND_SECONDS)
            smtp.ehlo_or_helo_if_needed()
            taken = smtp.mail(letter.sender)
            if taken[0] != MAIL_IS_TAKEN:
                self._hang_up()
                raise Unreachable(_said(taken))
            self._judge(smtp.rcpt(letter.recipient), *ADDRESS_IS_TAKEN)
        except FAULTS as fault:
            self._hang_up()
            raise Unreachable(_said(fault)) from fault
        return smtp

    def _hand_over(self, smtp, letter, asked_at):
        """From the first byte of the content to the answer is the one moment of doubt.

        A machine that stood still for long since `asked_at` gives up while it surely can: another
        worker may have taken the message over.
        """
        try:
            self._judge(smtp.docmd("DATA"), GO_AHEAD)
        except FAULTS as fault:
            self._hang_up()
            raise Unreachable(_said(fault)) from fault
        if stopwatch() - asked_at > settings.OUTBOX_SENDING_SECONDS / 2:
            self._hang_up()
            raise Unreachable(STOOD_STILL)
        try:
            smtp.sock.settimeout(CONTENT_SECONDS)
            smtp.send(_dotted(letter.content))
            smtp.sock.settimeout(FINAL_DOT_SECONDS)
            answer = smtp.getreply()
        except FAULTS as fault:
            self._hang_up()
            raise Doubt(_said(fault)) from fault
        if not 200 <= answer[0] < 600:
            self._hang_up()
            raise Doubt(_said(answer))
        self._judge(answer, MAIL_IS_TAKEN)

    def _judge(self, answer, *good):
        """Nothing when the server agrees; else Never for its 5xx and NotNow for the rest."""
        code = answer[0]
        if code in good:
            return
        if code == CLOSING:
            self._hang_up()
            raise Unreachable(_said(answer))
        self._start_again()
        raise Never(_said(answer)) if 500 <= code < 600 else NotNow(_said(answer))

    def _start_again(self):
        """Leave the connection ready for the next message, or leave it."""
        try:
            self._server.connection.rset()
        except FAULTS:
            self._hang_up()

    def _hang_up(self):
        """Close the connection whatever state it is in; the next message opens a new one."""
        smtp, self._server.connection = self._server.connection, None
        if smtp is not None:
            smtp.close()


def _dotted(content):
    """A letter as DATA wants it: dots doubled at the start of lines, and a dot at the end."""
    return re.sub(rb"(?m)^\.", b"..", content) + b".\r\n"


def _said(answer):
    """What the server said, as we may store it."""
    if isinstance(answer, tuple):
        answer = f"{answer[0]} {answer[1].decode(errors='replace')}"
    elif isinstance(answer, smtplib.SMTPResponseException):
        answer = f"{answer.smtp_code} {answer.smtp_error!r}"
    else:
        answer = f"{type(answer).__name__} {answer}"
    return without_contacts(answer)
