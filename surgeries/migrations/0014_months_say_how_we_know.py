from pathlib import Path

from django.db import migrations, models

HERE = Path(__file__).parent


def _function(name):
    """The function for bookings alone: what 0010 made beside it stays as it is."""
    text = (HERE / name).read_text(encoding="utf-8")
    begin = text.index("FUNCTION surgeries_unfold_for_bookings()")
    return f"CREATE OR REPLACE {text[begin : text.index('END $$;', begin)]}END $$;"


def _counted(name):
    return migrations.AddField(
        model_name="foldedmonth",
        name=name,
        field=models.PositiveIntegerField(default=0),
        preserve_default=False,
    )


class Migration(migrations.Migration):

    dependencies = [
        ("surgeries", "0013_people_of_ours_belong_to_networks"),
    ]

    operations = [
        # Every month is added up anew within ten minutes, with what it did not know before.
        migrations.RunSQL(
            "TRUNCATE surgeries_monthfigures, surgeries_foldedmonth", migrations.RunSQL.noop
        ),
        *map(_counted, ('only_said', 'only_followed', 'both', 'neither', 'agree', 'not_understood')),
        migrations.RunSQL(_function("unfold_said.sql"), _function("unfold.sql")),
    ]
