"""The month of a surgery is a column, so that the database knows how months are spread."""

from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import Cast, ExtractDay


class Migration(migrations.Migration):
    dependencies = [("surgeries", "0014_months_say_how_we_know")]

    operations = [
        migrations.AddField(
            "surgery",
            "month",
            models.GeneratedField(
                db_persist=True,
                expression=F("on") - Cast(ExtractDay("on"), models.IntegerField()) + 1,
                output_field=models.DateField(),
            ),
        )
    ]
