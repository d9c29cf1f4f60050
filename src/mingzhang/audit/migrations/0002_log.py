"""Positions, the tree, checkpoints and keys, and what the database itself refuses about them.

Everything here only grows, by grant and by trigger, as events do. Events wait in `audit_pending` from the statement that
appends them until the statement after the one that gives them a leaf: between the two nothing can be lost, whoever is
killed. Events that were there before wait as well.
"""

import django.db.models.deletion
from django.db import migrations, models

# Once a statement over all its events, so that COPY of many costs little more than before.
QUEUE = """
CREATE FUNCTION audit_queue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_pending (book, event_id) SELECT book, id FROM fresh;
  RETURN NULL;
END $$;
CREATE TRIGGER event_queue AFTER INSERT ON audit_event
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION audit_queue();

INSERT INTO audit_pending (book, event_id) SELECT book, id FROM audit_event;

CREATE FUNCTION audit_pending_check() RETURNS trigger LANGUAGE plpgsql
  SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (SELECT FROM gone g LEFT JOIN audit_leaf l ON l.event_id = g.event_id WHERE l.event_id IS NULL) THEN
    RAISE EXCEPTION 'an event without a position may not leave the queue'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'pending_until_sequenced';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER pending_check AFTER DELETE ON audit_pending
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION audit_pending_check();
"""

QUEUE_BACK = """
DROP TRIGGER event_queue ON audit_event;
DROP FUNCTION audit_queue();
DROP TRIGGER pending_check ON audit_pending;
DROP FUNCTION audit_pending_check();
"""

# Index look-ups only, see ledger/migrations/0002_guards.py.
LEAF = """
CREATE FUNCTION audit_leaf_check() RETURNS trigger LANGUAGE plpgsql
  SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
  run record;
BEGIN
  FOR run IN SELECT book, min(seq) AS first, max(seq) AS last, count(*) AS leaves FROM fresh GROUP BY book
  LOOP
    IF run.first < 1 OR run.last - run.first + 1 <> run.leaves OR (run.first > 1 AND NOT EXISTS (
        SELECT FROM audit_leaf WHERE book = run.book AND seq = run.first - 1)) THEN
      RAISE EXCEPTION 'positions % to % do not follow the last one of book %', run.first, run.last, run.book
        USING ERRCODE = 'check_violation', CONSTRAINT = 'leaf_no_gap';
    END IF;
  END LOOP;
  IF EXISTS (SELECT FROM fresh f LEFT JOIN audit_event e ON e.id = f.event_id WHERE e.book IS DISTINCT FROM f.book) THEN
    RAISE EXCEPTION 'a leaf is for an event of its own book'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'leaf_of_event';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER leaf_check AFTER INSERT ON audit_leaf
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION audit_leaf_check();
"""

LEAF_BACK = "DROP TRIGGER leaf_check ON audit_leaf; DROP FUNCTION audit_leaf_check();"

CHECKPOINT = """
CREATE FUNCTION audit_checkpoint_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.size <> coalesce((SELECT max(seq) FROM audit_leaf WHERE book = NEW.book), 0) THEN
    RAISE EXCEPTION 'a checkpoint covers the whole log of book %', NEW.book
      USING ERRCODE = 'check_violation', CONSTRAINT = 'checkpoint_of_whole';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER checkpoint_check AFTER INSERT ON audit_checkpoint
  FOR EACH ROW EXECUTE FUNCTION audit_checkpoint_check();
"""

CHECKPOINT_BACK = "DROP TRIGGER checkpoint_check ON audit_checkpoint; DROP FUNCTION audit_checkpoint_check();"

GROWS_ONLY = ("leaf", "node", "checkpoint", "signingkey")
APPEND_ONLY = (
    "".join(
        f"""
CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_{name}
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON audit_{name} FROM PUBLIC, CURRENT_USER;
"""
        for name in GROWS_ONLY
    )
    + """
CREATE TRIGGER pending_append_only BEFORE UPDATE OR TRUNCATE ON audit_pending
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
REVOKE UPDATE, TRUNCATE ON audit_pending FROM PUBLIC, CURRENT_USER;
-- A row that others point to is locked when they do, which takes this right; the trigger lets nobody use it for more.
GRANT UPDATE (id) ON audit_checkpoint, audit_signingkey TO CURRENT_USER;
"""
)

APPEND_ONLY_BACK = "".join(
    f"""
DROP TRIGGER {name}_append_only ON audit_{name};
GRANT UPDATE, DELETE, TRUNCATE ON audit_{name} TO CURRENT_USER;
"""
    for name in (*GROWS_ONLY, "pending")
)


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Pending",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "book", "event_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("book", models.TextField()),
                ("event_id", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("algorithm", models.TextField()),
                ("public", models.BinaryField()),
                ("made_at", models.DateTimeField()),
                ("introduction", models.BinaryField()),
                (
                    "previous",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="next",
                        to="audit.signingkey",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "book", "seq", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("book", models.TextField()),
                ("seq", models.BigIntegerField()),
                ("hash", models.BinaryField(max_length=32)),
                (
                    "event",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="leaf",
                        to="audit.event",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Node",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "book", "level", "index", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("book", models.TextField()),
                ("level", models.SmallIntegerField()),
                ("index", models.BigIntegerField()),
                ("hash", models.BinaryField(max_length=32)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("level__gte", 1)), name="node_above_leaves")
                ],
            },
        ),
        migrations.CreateModel(
            name="SealedKey",
            fields=[
                (
                    "key",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="sealed",
                        serialize=False,
                        to="audit.signingkey",
                    ),
                ),
                ("sealed", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("book", models.TextField()),
                ("size", models.BigIntegerField()),
                ("root", models.BinaryField(max_length=34)),
                ("at", models.DateTimeField()),
                ("reason", models.TextField()),
                ("algorithm", models.TextField()),
                ("signature", models.BinaryField()),
                (
                    "key",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="audit.signingkey",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="signingkey",
            constraint=models.UniqueConstraint(fields=("algorithm", "public"), name="signing_key_once"),
        ),
        migrations.AddIndex(
            model_name="checkpoint",
            index=models.Index(fields=["book", "id"], name="checkpoint_book"),
        ),
        migrations.AddConstraint(
            model_name="checkpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ("daily", "signing", "asked"))), name="checkpoint_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="checkpoint",
            constraint=models.CheckConstraint(condition=models.Q(("size__gte", 0)), name="checkpoint_size"),
        ),
        migrations.RunSQL(QUEUE, QUEUE_BACK),
        migrations.RunSQL(LEAF, LEAF_BACK),
        migrations.RunSQL(CHECKPOINT, CHECKPOINT_BACK),
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_BACK),
    ]
