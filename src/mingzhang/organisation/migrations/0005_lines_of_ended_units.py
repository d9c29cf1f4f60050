"""What had ended below a unit that was merged later stays below that unit in its line, as its past."""

from django.db import migrations

RECOUNT = """
WITH RECURSIVE line AS (
  SELECT id, ARRAY[id] AS ancestors FROM organisation_unit WHERE parent_id IS NULL
  UNION ALL
  SELECT unit.id, line.ancestors || unit.id
    FROM organisation_unit AS unit JOIN line ON line.id = coalesce(unit.successor_id, unit.parent_id)
)
UPDATE organisation_unit AS unit SET ancestors = line.ancestors
  FROM line WHERE line.id = unit.id AND line.ancestors <> unit.ancestors
"""


class Migration(migrations.Migration):
    dependencies = [
        ("organisation", "0004_calendar"),
    ]

    operations = [
        migrations.RunSQL(RECOUNT, migrations.RunSQL.noop),
    ]
