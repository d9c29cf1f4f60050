"""Indexes for lists by state and by day, and a number for what the rounds of each installed pack with checklists are
posted as."""

from django.db import migrations, models

ADD = """
INSERT INTO packs_recordkind (pack, code)
SELECT DISTINCT pack, code FROM packs_packversion,
       (VALUES ('inspections.drawn'), ('inspections.checked')) AS kinds (code)
 WHERE content ? 'checklists'
ON CONFLICT (pack, code) DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("inspections", "0003_rounds"), ("packs", "0003_tasks_kind")]

    operations = [
        migrations.AddIndex(
            model_name="round",
            index=models.Index(fields=["book", "state", "-id"], name="round_state_newest"),
        ),
        migrations.AddIndex(
            model_name="round",
            index=models.Index(
                condition=models.Q(("state__in", ("finished", "acknowledged"))),
                fields=["book", "-finished_on", "-id"],
                name="round_by_day",
            ),
        ),
        migrations.RunSQL(ADD, migrations.RunSQL.noop),
    ]
