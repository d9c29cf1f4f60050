"""What waits for whom: the role that a submitted sheet's next review step asks for, remarks tied to places on a sheet,
and the way back of a sheet that was accepted but not posted. Nothing of the second migration is weakened: a sheet
that goes back has to be submitted, and so reviewed, anew.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# The step that is due is the one after those that were passed.
DUE = """
UPDATE ledger_record r SET due = kind -> 'review' -> (
    SELECT count(*)::int FROM ledger_review w WHERE w.record_id = r.id AND w.cycle = r.cycle AND w.passed
  ) ->> 'role'
  FROM packs_packversion v, packs_recordkind k, jsonb_array_elements(v.content -> 'kinds') AS kind
 WHERE r.state = 'submitted' AND v.id = r.pack_version_id AND k.id = r.kind_id AND kind ->> 'id' = k.code
"""

# Few sheets wait, and only those that wait are due to a role: without being told so, the planner expects a fiftieth
# of what there is and sorts the whole queue for its first page.
STATISTICS = "CREATE STATISTICS record_state_due (mcv) ON state, due FROM ledger_record"

APPEND_ONLY = """
CREATE TRIGGER send_back_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_sendback
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON ledger_sendback FROM PUBLIC, CURRENT_USER;
"""

APPEND_ONLY_BACK = """
DROP TRIGGER send_back_append_only ON ledger_sendback;
GRANT UPDATE, DELETE, TRUNCATE ON ledger_sendback TO CURRENT_USER;
"""

# An accepted sheet goes back only with its reason written down, and only an accepted one does.
SEND_BACK = """
CREATE FUNCTION ledger_send_back_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM ledger_record r
                  WHERE r.id = NEW.record_id AND r.state = 'accepted' AND r.cycle = NEW.cycle) THEN
    RAISE EXCEPTION 'record % is not accepted: it cannot be sent back', NEW.record_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'send_back_of_accepted';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER send_back_check BEFORE INSERT ON ledger_sendback
  FOR EACH ROW EXECUTE FUNCTION ledger_send_back_check();

CREATE FUNCTION ledger_sent_back_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM ledger_sendback s WHERE s.record_id = OLD.id AND s.cycle = OLD.cycle) THEN
    RAISE EXCEPTION 'record % is accepted: sending it back needs a reason', OLD.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'record_sent_back';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER record_sent_back BEFORE UPDATE ON ledger_record FOR EACH ROW
  WHEN (OLD.state = 'accepted' AND NEW.state = 'returned') EXECUTE FUNCTION ledger_sent_back_check();
"""

SEND_BACK_BACK = """
DROP TRIGGER record_sent_back ON ledger_record;
DROP TRIGGER send_back_check ON ledger_sendback;
DROP FUNCTION ledger_sent_back_check();
DROP FUNCTION ledger_send_back_check();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_working_copies"),
        ("organisation", "0001_initial"),
        ("packs", "0002_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SendBack",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("cycle", models.SmallIntegerField()),
                ("note", models.TextField(default="")),
                ("remarks", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="record",
            name="due",
            field=models.TextField(
                db_default="",
                default="",
                help_text="the role that the review step that is due asks for; empty when none is",
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="remarks",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddIndex(
            model_name="record",
            index=models.Index(
                condition=models.Q(("state", "submitted")),
                fields=["book", "due", "submitted_at", "id"],
                name="record_queue",
            ),
        ),
        migrations.AddIndex(
            model_name="record",
            index=models.Index(
                condition=models.Q(("state", "submitted")),
                fields=["book", "submitted_at", "id"],
                name="record_handed_in",
            ),
        ),
        migrations.AddIndex(
            model_name="record",
            index=models.Index(
                condition=models.Q(("state__in", ("draft", "returned"))),
                fields=["created_by", "state"],
                name="record_mine",
            ),
        ),
        migrations.AddIndex(
            model_name="record",
            index=models.Index(
                condition=models.Q(("state", "returned")), fields=["submitted_by"], name="record_mine_returned"
            ),
        ),
        migrations.AddIndex(
            model_name="record",
            index=models.Index(
                condition=models.Q(("state", "posted")),
                fields=["created_by", "submitted_at"],
                name="record_mine_posted",
            ),
        ),
        migrations.RunSQL(DUE, migrations.RunSQL.noop),
        migrations.RunSQL(STATISTICS, "DROP STATISTICS record_state_due"),
        migrations.AddConstraint(
            model_name="record",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "submitted"), _negated=True),
                    models.Q(("due", ""), _negated=True),
                    _connector="OR",
                ),
                name="record_due_while_submitted",
            ),
        ),
        migrations.AddField(
            model_name="sendback",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="sendback",
            name="record",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="send_backs",
                to="ledger.record",
            ),
        ),
        migrations.AddConstraint(
            model_name="sendback",
            constraint=models.UniqueConstraint(fields=("record", "cycle"), name="send_back_once"),
        ),
        migrations.AddConstraint(
            model_name="sendback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("note", ""), _negated=True), models.Q(("remarks", {}), _negated=True), _connector="OR"
                ),
                name="send_back_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("passed", True),
                    models.Q(("note", ""), _negated=True),
                    models.Q(("remarks", {}), _negated=True),
                    _connector="OR",
                ),
                name="review_returned_with_reason",
            ),
        ),
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_BACK),
        migrations.RunSQL(SEND_BACK, SEND_BACK_BACK),
    ]
