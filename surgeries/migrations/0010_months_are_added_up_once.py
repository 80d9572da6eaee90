from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('surgeries', '0009_messages_to_connectors'),
    ]

    operations = [
        migrations.CreateModel(
            name='FoldedMonth',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField()),
                ('evenings', models.PositiveIntegerField()),
                ('surgeries', models.PositiveIntegerField()),
                ('written_down', models.PositiveIntegerField()),
                ('head_count', models.PositiveIntegerField()),
                ('left_out', models.JSONField()),
                ('series', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='surgeries.series')),
            ],
        ),
        migrations.CreateModel(
            name='MonthFigures',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('booked', models.PositiveIntegerField()),
                ('came', models.PositiveIntegerField()),
                ('did_not_come', models.PositiveIntegerField()),
                ('walk_ins', models.PositiveIntegerField()),
                ('new_people', models.PositiveIntegerField()),
                ('surgeries', models.PositiveIntegerField()),
                ('folded', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='figures', to='surgeries.foldedmonth')),
                ('network', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='surgeries.network')),
            ],
            options={
                'verbose_name_plural': 'month figures',
            },
        ),
        migrations.AddConstraint(
            model_name='foldedmonth',
            constraint=models.UniqueConstraint(fields=('series', 'month'), name='a_month_is_folded_once'),
        ),
        migrations.AddConstraint(
            model_name='monthfigures',
            constraint=models.UniqueConstraint(fields=('folded', 'network'), name='one_row_per_month_and_network', nulls_distinct=False),
        ),
        migrations.RunSQL(
            Path(__file__).with_name("unfold.sql").read_text(encoding="utf-8"),
            """
            DROP FUNCTION surgeries_unfold_for_bookings CASCADE;
            DROP FUNCTION surgeries_unfold_for_surgeries CASCADE;
            DROP FUNCTION surgeries_take_away;
            """,
        ),
    ]
