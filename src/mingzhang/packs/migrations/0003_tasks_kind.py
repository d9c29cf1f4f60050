"""A number for what the tasks of each installed pack with duties are posted as."""

from django.db import migrations

ADD = """
INSERT INTO packs_recordkind (pack, code)
SELECT DISTINCT pack, 'duties.tasks' FROM packs_packversion WHERE content ? 'duties'
ON CONFLICT (pack, code) DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("packs", "0002_guards")]

    operations = [migrations.RunSQL(ADD, migrations.RunSQL.noop)]
