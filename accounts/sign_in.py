"""One door: signing in and signing up are the same steps (reliability.md P15).

allauth would look the address up first, and send a different mail to one it does not know; the
time that takes says who has an account. Here nobody looks until the code has come back from the
inbox. So until then everything is the same for every address, because it is the same code.
"""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from django.core.cache import cache
from django.utils.crypto import salted_hmac

from accounts.actions import join


class SignIn(LoginCodeVerificationProcess):
    """A code on its way to an address, and what comes of it."""

    @classmethod
    def begin(cls, request, *, email):
        """Send a code to `email` and remember it in the session.

        Raises OSError (smtplib's errors are of that kind) when the mail cannot be handed over;
        then nothing is remembered.
        """
        login = Login(email=email, state={"stages": {"current": LoginByCodeStage.key}})
        stage = LoginByCodeStage(LoginStageController(request, login), request, login)
        stage.state.update(cls.initial_state(user=None, email=email), initiated_by_user=True)
        process = cls(stage)
        process.send()
        process.persist()

    def send_by_email(self, email, skip_enumeration_mails=False):
        code = self.generate_code()
        get_adapter().send_mail("account/email/login_code", email, {"code": code})

    def may_try(self):
        """Count one try at this code; False when there were enough.

        The session counts too, but of tries at the same moment it remembers only one.
        """
        code = salted_hmac("sign-in code", f"{self.state['email']} {self.code}").hexdigest()
        key = f"tries:{code}"
        cache.add(key, 0, timeout=self.timeout)
        return cache.incr(key) <= self.max_attempts

    def finish(self, redirect_url):
        """The code was right: the address is hers. Answers with the way on."""
        self._user = join(self.state["email"])
        return super().finish(redirect_url)
