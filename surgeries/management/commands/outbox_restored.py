"""After a restore, before a worker starts: send nothing blindly that may have been sent already."""

from django.core.management.base import BaseCommand

from surgeries.actions.sending import put_restored_mail_before_a_person
from surgeries.clock import database_now


class Command(BaseCommand):
    help = (
        "Puts every message that was due since the backup before a person. Once, after a restore."
    )

    def handle(self, **options):
        count = put_restored_mail_before_a_person(now=database_now())
        self.stdout.write(f"{count} messages are in doubt now; their organisers see them.")
