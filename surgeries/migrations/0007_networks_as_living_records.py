import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models



def keep_only_names_with_a_yes(apps, schema_editor):
    """Who had said yes to being shown has agreed to being kept; nobody else was ever asked."""
    connectors = apps.get_model("surgeries", "Connector").objects
    connectors.filter(name_shown_from__isnull=False).update(
        agreed_at=models.F("name_shown_from")
    )
    connectors.filter(name_shown_from=None).update(
        name="", key="", role="somebody who passes it on"
    )


class Migration(migrations.Migration):

    dependencies = [
        ('surgeries', '0006_bookings_know_what_nobody_told_them'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Alias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', models.CharField(max_length=200)),
                ('key', models.CharField(editable=False, max_length=400)),
                ('kind', models.CharField(choices=[('code_word', 'a code word'), ('former_name', 'the name of a network it took in'), ('answer', 'an answer that you explained')], max_length=16)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'verbose_name_plural': 'aliases',
                'ordering': ['words', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Group',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('key', models.CharField(editable=False, max_length=400)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='LinkOpens',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField()),
                ('times', models.PositiveIntegerField(default=0)),
            ],
            options={
                'verbose_name_plural': 'link opens',
            },
        ),
        migrations.CreateModel(
            name='Prospect',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('list', models.CharField(choices=[('might_come', 'people who might come'), ('big_lists', 'people who know many people'), ('might_help', 'people who might help')], max_length=16)),
                ('who', models.CharField(max_length=200, verbose_name='who')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('created_at', models.DateTimeField()),
                ('asked_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['list', 'pk'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='connector',
            name='one_connector_per_name',
        ),
        migrations.AddField(
            model_name='booking',
            name='brought_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='surgeries.connector'),
        ),
        migrations.AddField(
            model_name='booking',
            name='name_shown_from',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='connector',
            name='agreed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='connector',
            name='ask_by',
            field=models.CharField(blank=True, choices=[('call', 'by a call'), ('text', 'by text'), ('email', 'by email'), ('in_person', 'face to face')], max_length=16, verbose_name='how they like to be asked'),
        ),
        migrations.AddField(
            model_name='connector',
            name='contact',
            field=models.CharField(blank=True, max_length=254),
        ),
        migrations.AddField(
            model_name='connector',
            name='digest_from',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='connector',
            name='link_hash',
            field=models.BinaryField(blank=True, max_length=32, null=True),
        ),
        migrations.AddField(
            model_name='connector',
            name='link_version',
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='connector',
            name='note',
            field=models.CharField(blank=True, max_length=300, verbose_name='anything to remember'),
        ),
        migrations.AddField(
            model_name='connector',
            name='page_off_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='connector',
            name='removed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='connector',
            name='role',
            field=models.CharField(blank=True, max_length=120, verbose_name='what they do there'),
        ),
        migrations.AddField(
            model_name='invitelink',
            name='passed_on_by',
            field=models.CharField(choices=[('link', 'a plain link'), ('whatsapp', 'WhatsApp'), ('facebook', 'Facebook'), ('email', 'email'), ('newsletter', 'a newsletter'), ('poster', 'a poster'), ('card', 'a table card'), ('connector_page', 'the connector’s own page')], default='link', max_length=16),
        ),
        migrations.AddField(
            model_name='network',
            name='about',
            field=models.TextField(blank=True, max_length=2000, verbose_name='what you know about it'),
        ),
        migrations.AddField(
            model_name='network',
            name='hoped_for',
            field=models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(200)], verbose_name='how many people you hope for each time'),
        ),
        migrations.AddField(
            model_name='network',
            name='languages',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=12), blank=True, default=list, size=None),
        ),
        migrations.AddField(
            model_name='network',
            name='removed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='booking',
            name='outcome_source',
            field=models.CharField(blank=True, choices=[('tapped', 'tapped on the register'), ('everyone', "That's everyone"), ('imported', 'imported'), ('connector', 'said by who brought them')], max_length=16),
        ),
        migrations.AlterField(
            model_name='connector',
            name='name',
            field=models.CharField(blank=True, max_length=120, verbose_name='name'),
        ),
        migrations.RunPython(keep_only_names_with_a_yes, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='connector',
            constraint=models.UniqueConstraint(condition=models.Q(('key', ''), _negated=True), fields=('network', 'key'), name='one_connector_per_name'),
        ),
        migrations.AddConstraint(
            model_name='connector',
            constraint=models.UniqueConstraint(fields=('link_hash',), name='one_connector_per_link'),
        ),
        migrations.AddConstraint(
            model_name='connector',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), ('agreed_at__isnull', False), _connector='OR'), name='a_connectors_name_is_kept_with_her_yes'),
        ),
        migrations.AddConstraint(
            model_name='connector',
            constraint=models.CheckConstraint(condition=models.Q(('contact', ''), ('agreed_at__isnull', False), _connector='OR'), name='a_connectors_contact_is_kept_with_her_yes'),
        ),
        migrations.AddConstraint(
            model_name='connector',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), ('role', ''), _negated=True), name='a_connector_has_a_name_or_a_role'),
        ),
        migrations.AddField(
            model_name='alias',
            name='connector',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='aliases', to='surgeries.connector'),
        ),
        migrations.AddField(
            model_name='alias',
            name='made_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='alias',
            name='network',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='aliases', to='surgeries.network'),
        ),
        migrations.AddField(
            model_name='alias',
            name='series',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='aliases', to='surgeries.series'),
        ),
        migrations.AddField(
            model_name='group',
            name='networks',
            field=models.ManyToManyField(blank=True, db_table='surgeries_group_network', related_name='groups', to='surgeries.network'),
        ),
        migrations.AddField(
            model_name='group',
            name='series',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='groups', to='surgeries.series'),
        ),
        migrations.AddField(
            model_name='linkopens',
            name='link',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='opens', to='surgeries.invitelink'),
        ),
        migrations.AddField(
            model_name='prospect',
            name='network',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='prospects', to='surgeries.network'),
        ),
        migrations.AddField(
            model_name='prospect',
            name='series',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='prospects', to='surgeries.series'),
        ),
        migrations.AddConstraint(
            model_name='alias',
            constraint=models.UniqueConstraint(fields=('series', 'key'), name='words_mean_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='alias',
            constraint=models.CheckConstraint(condition=models.Q(('key', ''), _negated=True), name='an_alias_has_words'),
        ),
        migrations.AddConstraint(
            model_name='alias',
            constraint=models.CheckConstraint(condition=models.Q(('network__isnull', False), ('kind', 'answer'), _connector='OR'), name='only_an_answer_may_mean_no_network'),
        ),
        migrations.AddConstraint(
            model_name='group',
            constraint=models.UniqueConstraint(fields=('series', 'key'), name='one_group_per_name'),
        ),
        migrations.AddConstraint(
            model_name='group',
            constraint=models.CheckConstraint(condition=models.Q(('key', ''), _negated=True), name='a_group_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='linkopens',
            constraint=models.UniqueConstraint(fields=('link', 'on'), name='one_count_per_link_and_day'),
        ),
    ]
