"""A task keeps the roles that its words name, so that whose it is can be asked without reading packs."""

from django.db import migrations, models

# As `packs.duty_schema.Answers` reads what a pack leaves out. Where the words are gone, nobody has the role ''.
DECLARED = """
UPDATE duties_task AS t
   SET handler_role = coalesce(said -> 'answers' ->> 'handler', 'clerk'),
       sponsor_role = coalesce(said -> 'answers' ->> 'sponsor', 'leader')
  FROM packs_packversion AS v, jsonb_array_elements(v.content -> 'duties') AS said
 WHERE v.id = t.pack_version_id AND said ->> 'id' = t.duty
"""
ADAPTED = """
UPDATE duties_task AS t
   SET handler_role = coalesce(a.content -> 'answers' ->> 'handler', 'clerk'),
       sponsor_role = coalesce(a.content -> 'answers' ->> 'sponsor', 'leader')
  FROM duties_adaptation AS a
 WHERE a.unit_id = t.unit_id AND a.pack = t.pack AND a.duty = t.duty AND a.valid @> t.nominal
   AND a.content IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("duties", "0005_escalation"), ("packs", "0003_tasks_kind")]

    operations = [
        *(
            migrations.AddField("task", name, models.TextField(default=""), preserve_default=False)
            for name in ("handler_role", "sponsor_role")
        ),
        migrations.RunSQL([DECLARED, ADAPTED], migrations.RunSQL.noop),
    ]
