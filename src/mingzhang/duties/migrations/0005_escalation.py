"""Late tasks are put before the next level; a book says after how many working days."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

GUARDS = """
CREATE TRIGGER escalation_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON duties_escalation
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON duties_escalation FROM PUBLIC, CURRENT_USER;
"""
GUARDS_BACK = "DROP TRIGGER escalation_append_only ON duties_escalation"


class Migration(migrations.Migration):
    dependencies = [
        ("duties", "0004_handing_over"),
        ("ledger", "0002_guards"),
        ("organisation", "0004_calendar"),
    ]

    operations = [
        migrations.CreateModel(
            name="Terms",
            fields=[
                (
                    "book",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="organisation.book",
                    ),
                ),
                ("remind_before", models.SmallIntegerField(default=2)),
                ("escalate_after", models.SmallIntegerField(default=3)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("escalate_after__range", (1, 60)), ("remind_before__range", (0, 20))),
                        name="terms_bounds",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("level", models.SmallIntegerField()),
                ("people", django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)),
                ("deadline", models.DateField(help_text="the day by which it should have been done")),
                ("on", models.DateField()),
                ("tried", models.JSONField()),
                ("at", models.DateTimeField()),
                (
                    "task",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="escalations",
                        to="duties.task",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.unit",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("task", "level"), name="escalation_once_a_level"),
                    models.UniqueConstraint(fields=("task", "unit"), name="escalation_once_a_unit"),
                    models.CheckConstraint(condition=models.Q(("level__gte", 1)), name="escalation_level"),
                    models.CheckConstraint(
                        condition=models.Q(("people__len__gte", 1)), name="escalation_to_somebody"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("on__gt", models.F("deadline"))), name="escalation_after_its_day"
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, GUARDS_BACK),
    ]
