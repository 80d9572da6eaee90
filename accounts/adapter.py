"""What allauth asks us: its words, and its mail."""

from allauth.account.adapter import DefaultAccountAdapter
from django.utils.translation import gettext_lazy as _


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": _(
            "That is not the code. Look for the newest mail from us and try again."
        ),
        "too_many_login_attempts": _(
            "That was too many tries. Wait a few minutes, then ask for a new code."
        ),
    }

    def render_mail(self, template_prefix, email, context, headers=None):
        """Marked as sent by a program, so that no holiday reply answers it (RFC 3834)."""
        headers = {"Auto-Submitted": "auto-generated"} | (headers or {})
        return super().render_mail(template_prefix, email, context, headers)
