"""Rounds, and what the database refuses about them: changing what was said, adding to a round that is over, moving one
back, changing one that is finished, and deleting any."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SPOKEN = ("operation", "answer", "photo", "noted", "drop", "statement", "roundinspector", "roundfinding")
APPEND_ONLY = "".join(
    f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON inspections_{table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();\n"
    for table in SPOKEN
)
APPEND_ONLY_BACK = "".join(f"DROP TRIGGER {table}_append_only ON inspections_{table};" for table in SPOKEN)

# The inspected party may still say something once the round is finished, until it is acknowledged.
OPEN = """
CREATE FUNCTION inspections_round_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held text := (SELECT state FROM inspections_round WHERE id = NEW.round_id);
BEGIN
  IF held NOT IN ('planned', 'begun') AND NOT (held = 'finished' AND (
       TG_TABLE_NAME = 'inspections_statement'
       OR TG_TABLE_NAME = 'inspections_operation' AND to_jsonb(NEW) ->> 'do' = 'statement')) THEN
    RAISE EXCEPTION '%: round % is over', TG_TABLE_NAME, NEW.round_id
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'round_open';
  END IF;
  RETURN NEW;
END $$;
"""
ADDED = ("operation", "answer", "photo", "noted", "drop", "statement", "roundinspector")
OPEN_TRIGGERS = "".join(
    f"CREATE TRIGGER {table}_round_open BEFORE INSERT ON inspections_{table}"
    " FOR EACH ROW EXECUTE FUNCTION inspections_round_open();\n"
    for table in ADDED
)
OPEN_BACK = (
    "".join(f"DROP TRIGGER {table}_round_open ON inspections_{table};" for table in ADDED)
    + "DROP FUNCTION inspections_round_open();"
)

# An entry is told once, after the round is finished.
FIXED = """
CREATE FUNCTION inspections_round_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.book_id, NEW.number, NEW.kind, NEW.unit_id, NEW.place, NEW.inspection_id, NEW.drawn_id, NEW.pack_version_id,
      NEW.checklist, NEW.made_by_id, NEW.made_at) IS DISTINCT FROM
     (OLD.book_id, OLD.number, OLD.kind, OLD.unit_id, OLD.place, OLD.inspection_id, OLD.drawn_id, OLD.pack_version_id,
      OLD.checklist, OLD.made_by_id, OLD.made_at)
     OR OLD.begun_at IS NOT NULL AND NEW.begun_at IS DISTINCT FROM OLD.begun_at THEN
    RAISE EXCEPTION 'round % stays what it is', OLD.number USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.state IN ('finished', 'acknowledged') AND
     (NEW.finished_by_id, NEW.finished_at, NEW.finished_on) IS DISTINCT FROM
     (OLD.finished_by_id, OLD.finished_at, OLD.finished_on)
     OR OLD.entry IS NOT NULL AND NEW.entry IS DISTINCT FROM OLD.entry THEN
    RAISE EXCEPTION 'round % is finished', OLD.number USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state = ANY (ARRAY[
       'planned>begun', 'planned>called_off', 'begun>finished', 'begun>called_off', 'finished>acknowledged'])) THEN
    RAISE EXCEPTION 'a round does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.state = 'called_off' OR OLD.state = 'acknowledged' AND
     (NEW.acknowledged_by_id, NEW.acknowledged_at, NEW.statement, NEW.said_by, NEW.agrees) IS DISTINCT FROM
     (OLD.acknowledged_by_id, OLD.acknowledged_at, OLD.statement, OLD.said_by, OLD.agrees) THEN
    RAISE EXCEPTION 'round % has ended', OLD.number USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER round_fixed BEFORE UPDATE ON inspections_round
  FOR EACH ROW EXECUTE FUNCTION inspections_round_fixed();
CREATE TRIGGER round_stays BEFORE DELETE OR TRUNCATE ON inspections_round
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
"""
FIXED_BACK = """
DROP TRIGGER round_fixed ON inspections_round;
DROP TRIGGER round_stays ON inspections_round;
DROP FUNCTION inspections_round_fixed();
"""
# The check of a reference needs the grant to update: against changes the triggers stand alone.
TABLES = ", ".join(f"inspections_{table}" for table in (*SPOKEN, "round"))
GRANTS = f"REVOKE DELETE, TRUNCATE ON {TABLES} FROM PUBLIC, CURRENT_USER;"
GRANTS_BACK = f"GRANT DELETE, TRUNCATE ON {TABLES} TO CURRENT_USER;"


class Migration(migrations.Migration):
    dependencies = [
        ("findings", "0002_guards"),
        ("inspections", "0002_guards"),
        ("ledger", "0007_accrued"),
        ("organisation", "0005_lines_of_ended_units"),
        ("packs", "0003_tasks_kind"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Operation",
            fields=[
                ("op", models.UUIDField(primary_key=True, serialize=False)),
                ("number", models.BigIntegerField()),
                ("do", models.TextField()),
                ("device", models.UUIDField(null=True)),
                ("sending", models.UUIDField()),
                ("said_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("do__in", ("answer", "photo", "note", "drop", "statement", "finish"))),
                        name="operation_do",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="DrawnEntry",
            fields=[
                (
                    "drawn",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="inspections.drawn",
                    ),
                ),
                ("entry", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="RoundNumbering",
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
                ("last", models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Noted",
            fields=[
                (
                    "op",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="noted",
                        serialize=False,
                        to="inspections.operation",
                    ),
                ),
                ("item", models.TextField(blank=True)),
                ("words", models.TextField()),
                ("category", models.TextField()),
                ("severity", models.TextField()),
                ("place", models.TextField(blank=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("words", ""), _negated=True), name="noted_says_what"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.IntegerField()),
                ("kind", models.TextField()),
                ("place", models.TextField(blank=True)),
                ("checklist", models.TextField()),
                ("state", models.TextField(default="planned")),
                ("made_at", models.DateTimeField()),
                ("begun_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("finished_on", models.DateField(null=True)),
                ("entry", models.BigIntegerField(null=True)),
                ("acknowledged_at", models.DateTimeField(null=True)),
                ("statement", models.TextField(blank=True)),
                ("said_by", models.TextField(blank=True)),
                ("agrees", models.BooleanField(null=True)),
                ("called_off_at", models.DateTimeField(null=True)),
                ("called_off_because", models.TextField(blank=True)),
                (
                    "acknowledged_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "book",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.book",
                    ),
                ),
                (
                    "called_off_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "drawn",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="round",
                        to="inspections.drawn",
                    ),
                ),
                (
                    "finished_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "inspection",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rounds",
                        to="inspections.inspection",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pack_version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="packs.packversion",
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
                "indexes": [
                    models.Index(fields=["unit", "-id"], name="round_unit"),
                    models.Index(fields=["book", "-id"], name="round_book"),
                    models.Index(fields=["inspection", "id"], name="round_inspection"),
                    models.Index(
                        condition=models.Q(("state__in", ("finished", "acknowledged"))),
                        fields=["book", "checklist", "finished_on"],
                        name="round_finished",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("book", "number"), name="round_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("planned", "begun", "finished", "acknowledged", "called_off"))
                        ),
                        name="round_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("drawn__isnull", False), ("inspection__isnull", False), ("kind", "visit")),
                            models.Q(("drawn", None), ("inspection", None), ("kind", "self_check")),
                            _connector="OR",
                        ),
                        name="round_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("begun_at__isnull", False),
                                ("finished_at__isnull", False),
                                ("finished_by__isnull", False),
                                ("finished_on__isnull", False),
                                ("state__in", ("finished", "acknowledged")),
                            ),
                            models.Q(
                                models.Q(("state__in", ("finished", "acknowledged")), _negated=True),
                                ("entry", None),
                                ("finished_at", None),
                                ("finished_by", None),
                                ("finished_on", None),
                            ),
                            _connector="OR",
                        ),
                        name="round_finished_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("acknowledged_at__isnull", False),
                                ("state", "acknowledged"),
                                models.Q(("said_by", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "acknowledged"), _negated=True),
                                ("acknowledged_at", None),
                                ("acknowledged_by", None),
                                ("agrees", None),
                                ("said_by", ""),
                                ("statement", ""),
                            ),
                            _connector="OR",
                        ),
                        name="round_acknowledged_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("called_off_at__isnull", False),
                                ("called_off_by__isnull", False),
                                ("state", "called_off"),
                                models.Q(("called_off_because", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "called_off"), _negated=True),
                                ("called_off_at", None),
                                ("called_off_because", ""),
                                ("called_off_by", None),
                            ),
                            _connector="OR",
                        ),
                        name="round_called_off_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "self_check"), _negated=True),
                            models.Q(("state", "acknowledged"), _negated=True),
                            _connector="OR",
                        ),
                        name="round_self_check_ends_finished",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="operation",
            name="round",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="operations",
                to="inspections.round",
            ),
        ),
        migrations.CreateModel(
            name="RoundInspector",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inspectors",
                        to="inspections.round",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person", "-round"], name="round_inspector_person"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("round", "person"), name="round_inspector_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                (
                    "op",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="answer",
                        serialize=False,
                        to="inspections.operation",
                    ),
                ),
                ("item", models.TextField()),
                ("value", models.TextField(blank=True)),
                ("note", models.TextField(blank=True)),
                ("before", models.UUIDField(null=True)),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="inspections.round"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Drop",
            fields=[
                (
                    "op",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="drop",
                        serialize=False,
                        to="inspections.operation",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="drops", to="inspections.round"
                    ),
                ),
                (
                    "what",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dropped",
                        to="inspections.operation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RoundFinding",
            fields=[
                (
                    "finding",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="findings.finding",
                    ),
                ),
                ("item", models.TextField(blank=True)),
                (
                    "round",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="inspections.round",
                    ),
                ),
                (
                    "noted",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="finding",
                        to="inspections.noted",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["round"], name="round_finding_round"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("noted", None)),
                        fields=("round", "item"),
                        name="round_finding_item_once",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="noted",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="noted", to="inspections.round"
            ),
        ),
        migrations.CreateModel(
            name="Photo",
            fields=[
                (
                    "op",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="photo",
                        serialize=False,
                        to="inspections.operation",
                    ),
                ),
                ("item", models.TextField(blank=True)),
                ("name", models.TextField()),
                (
                    "evidence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.evidence"
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="photos", to="inspections.round"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                (
                    "op",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="statement",
                        serialize=False,
                        to="inspections.operation",
                    ),
                ),
                ("words", models.TextField(blank=True)),
                ("said_by", models.TextField()),
                ("agrees", models.BooleanField(null=True)),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="inspections.round",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("said_by", ""), _negated=True), name="statement_of_somebody"
                    ),
                ]
            },
        ),
        migrations.AddConstraint(
            model_name="operation",
            constraint=models.UniqueConstraint(fields=("round", "number"), name="operation_number_once"),
        ),
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_BACK),
        migrations.RunSQL(OPEN + OPEN_TRIGGERS, OPEN_BACK),
        migrations.RunSQL(FIXED, FIXED_BACK),
        migrations.RunSQL(GRANTS, GRANTS_BACK),
    ]
