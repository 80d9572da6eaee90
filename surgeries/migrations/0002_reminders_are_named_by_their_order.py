from django.db import migrations

RENAMED = (("reminder_3_days", "reminder_first"), ("reminder_1_day", "reminder_last"))


def _rename(pairs):
    return [
        (
            "UPDATE surgeries_message SET kind = %s, key = replace(key, %s, %s) WHERE kind = %s",
            [new, f"{old}:", f"{new}:", old],
        )
        for old, new in pairs
    ]


class Migration(migrations.Migration):
    """A series may say how many days before, so their names no longer do."""

    dependencies = [("surgeries", "0001_the_spine")]

    operations = [
        migrations.RunSQL(_rename(RENAMED), _rename((new, old) for old, new in RENAMED)),
    ]
