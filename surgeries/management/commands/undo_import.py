"""Takes one import of a register out again, as the button on the web does."""

from django.core.management.base import BaseCommand, CommandError

from surgeries.actions.undo_imports import undo_import
from surgeries.clock import database_now
from surgeries.models import ImportRun
from surgeries.refusals import Refused


class Command(BaseCommand):
    help = "Undoes an import_register as a whole."

    def add_arguments(self, parser):
        parser.add_argument("number", type=int, help="the number import_register printed")

    def handle(self, *, number, **options):
        run = ImportRun.objects.filter(pk=number).first()
        if not run:
            raise CommandError(f"There is no import {number}.")
        try:
            undo_import(run, by=None, now=database_now())
        except Refused as no:
            raise CommandError(f"{no}") from None
        self.stdout.write("Undone.")
