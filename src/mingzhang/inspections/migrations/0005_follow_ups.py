"""Findings as objects of a draw, and the rounds in which they are looked at again; how weights were reckoned. What the
database refuses: changing that a finding was looked at in a round, and how weights were reckoned once the roster is
published."""

import django.db.models.deletion
from django.db import migrations, models

GUARDS = """
CREATE TRIGGER roundfollowup_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON inspections_roundfollowup
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
REVOKE DELETE, TRUNCATE ON inspections_roundfollowup FROM PUBLIC, CURRENT_USER;
CREATE FUNCTION inspections_weighing_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the roster of this draw is published' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER draw_weighing_fixed BEFORE UPDATE ON inspections_draw FOR EACH ROW
  WHEN (OLD.state <> 'drafted' AND NEW.weighing <> OLD.weighing) EXECUTE FUNCTION inspections_weighing_fixed();
"""
BACK = """
DROP TRIGGER draw_weighing_fixed ON inspections_draw;
DROP FUNCTION inspections_weighing_fixed();
GRANT DELETE, TRUNCATE ON inspections_roundfollowup TO CURRENT_USER;
DROP TRIGGER roundfollowup_append_only ON inspections_roundfollowup;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("findings", "0002_guards"),
        ("inspections", "0004_round_lists"),
    ]

    operations = [
        migrations.AddField(
            model_name="draw",
            name="weighing",
            field=models.TextField(db_default="", default=""),
        ),
        migrations.AddField(
            model_name="poolobject",
            name="because",
            field=models.TextField(db_default="", default=""),
        ),
        migrations.AddField(
            model_name="poolobject",
            name="finding",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="findings.finding",
            ),
        ),
        migrations.AddConstraint(
            model_name="poolobject",
            constraint=models.UniqueConstraint(
                condition=models.Q(("finding__isnull", False)),
                fields=("finding", "draw"),
                name="pool_object_finding_once",
            ),
        ),
        migrations.CreateModel(
            name="RoundFollowUp",
            fields=[
                (
                    "round",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="follow_up",
                        serialize=False,
                        to="inspections.round",
                    ),
                ),
                (
                    "follow_up",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="findings.followup",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(GUARDS, BACK),
    ]
