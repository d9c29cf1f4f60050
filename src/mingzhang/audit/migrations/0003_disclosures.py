from django.db import migrations, models

# What opens a commitment may be erased, never changed.
GUARD = """
CREATE TRIGGER disclosure_unchanged BEFORE UPDATE OR TRUNCATE ON audit_disclosure
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
REVOKE UPDATE, TRUNCATE ON audit_disclosure FROM PUBLIC, CURRENT_USER;
"""

GUARD_BACK = """
DROP TRIGGER disclosure_unchanged ON audit_disclosure;
GRANT UPDATE, TRUNCATE ON audit_disclosure TO CURRENT_USER;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_log"),
    ]

    operations = [
        migrations.CreateModel(
            name="Disclosure",
            fields=[
                ("digest", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("salt", models.BinaryField()),
                ("value", models.TextField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("book", models.TextField()),
                ("at", models.DateTimeField()),
                ("seconds", models.FloatField()),
                ("size", models.BigIntegerField(help_text="events with a position")),
                ("position", models.BigIntegerField(help_text="entries")),
                ("differences", models.IntegerField()),
                ("checks", models.JSONField()),
            ],
            options={
                "indexes": [models.Index(fields=["book", "id"], name="verification_book")],
            },
        ),
        migrations.RunSQL(GUARD, GUARD_BACK),
    ]
