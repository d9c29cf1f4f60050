"""What the database itself refuses, whoever asks: see docs/explanation/ledger.md.

Entries and reviews are append-only by grant and by trigger: the grant stops the application's own role, the trigger
stops a role that was granted more. The entry trigger runs once a statement over all new lines, so that COPY of many
costs little more than COPY alone. It uses index look-ups only (`SET enable_…`): PL/pgSQL keeps the first plan it makes,
and one made for ten thousand lines must not serve a single one.
"""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'restrict_violation', HINT = 'Reverse the record and post a new one.';
END $$;

CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER review_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_review
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON ledger_entry, ledger_review FROM PUBLIC, CURRENT_USER;
"""

APPEND_ONLY_BACK = """
DROP TRIGGER entry_append_only ON ledger_entry;
DROP TRIGGER review_append_only ON ledger_review;
DROP FUNCTION ledger_refuse_change();
GRANT UPDATE, DELETE, TRUNCATE ON ledger_entry, ledger_review TO CURRENT_USER;
"""

# Each new line continues the book without a gap, and is backed by an accepted record with all its reviews or
# mirrors the line it takes back. `Position` is moved on here and nowhere else.
ENTRY = """
CREATE FUNCTION ledger_entry_check() RETURNS trigger LANGUAGE plpgsql
  SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
  run record;
  bad record;
BEGIN
  FOR run IN SELECT book_id, min(seq) AS first, max(seq) AS last, count(*) AS lines FROM fresh GROUP BY book_id
  LOOP
    IF run.last - run.first + 1 <> run.lines THEN
      RAISE EXCEPTION 'positions % to % of book % have a gap', run.first, run.last, run.book_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_no_gap';
    END IF;
    UPDATE ledger_position SET seq = run.last WHERE book_id = run.book_id AND seq = run.first - 1;
    IF NOT FOUND OR (run.first > 1 AND NOT EXISTS (
        SELECT FROM ledger_entry WHERE book_id = run.book_id AND seq = run.first - 1)) THEN
      RAISE EXCEPTION 'position % does not follow the last one of book %', run.first, run.book_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_no_gap';
    END IF;
  END LOOP;

  SELECT f.seq, f.record_id, r.state INTO bad
    FROM fresh f LEFT JOIN ledger_record r ON r.id = f.record_id
   WHERE f.record_id IS NOT NULL
     AND (r.state IS DISTINCT FROM CASE f.sign WHEN 1 THEN 'accepted' ELSE 'posted' END
          OR (r.book_id, r.unit_id, r.occurred_on) IS DISTINCT FROM (f.book_id, f.unit_id, f.occurred_on)
          OR (f.line = 0 AND r.kind_id <> f.kind_id))
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'record % (%) does not allow entry %', bad.record_id, bad.state, bad.seq
      USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_record_allows';
  END IF;

  SELECT r.id INTO bad
    FROM (SELECT DISTINCT record_id FROM fresh WHERE sign = 1 AND record_id IS NOT NULL) f
    JOIN ledger_record r ON r.id = f.record_id
   WHERE r.steps IS DISTINCT FROM (
      SELECT count(*) FROM ledger_review v
       WHERE v.record_id = r.id AND v.cycle = r.cycle AND v.passed AND v.step <= r.steps
         AND v.author_id = r.submitted_by_id AND v.reviewer_id <> r.submitted_by_id)
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'record % lacks a review by someone other than its author', bad.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_reviewed';
  END IF;

  SELECT f.seq, f.reverses INTO bad
    FROM fresh f LEFT JOIN ledger_entry o ON o.book_id = f.book_id AND o.seq = f.reverses
   WHERE f.sign = -1
     AND (o.sign IS DISTINCT FROM 1
          OR (o.record_id, o.line, o.kind_id, o.unit_id, o.occurred_on, o.data)
             IS DISTINCT FROM (f.record_id, f.line, f.kind_id, f.unit_id, f.occurred_on, f.data))
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'entry % does not mirror entry %', bad.seq, bad.reverses
      USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_mirrors';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER entry_check AFTER INSERT ON ledger_entry
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_check();
"""

ENTRY_BACK = "DROP TRIGGER entry_check ON ledger_entry; DROP FUNCTION ledger_entry_check();"

REVIEW = """
CREATE FUNCTION ledger_review_check() RETURNS trigger LANGUAGE plpgsql
  SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
  bad record;
BEGIN
  SELECT f.record_id INTO bad
    FROM fresh f JOIN ledger_record r ON r.id = f.record_id
   WHERE r.state NOT IN ('submitted', 'accepted') OR r.cycle <> f.cycle OR r.submitted_by_id IS DISTINCT FROM f.author_id
      OR f.step > r.steps
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'record % is not up for this review', bad.record_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'review_of_submission';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER review_check AFTER INSERT ON ledger_review
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ledger_review_check();
"""

REVIEW_BACK = "DROP TRIGGER review_check ON ledger_review; DROP FUNCTION ledger_review_check();"

# What was submitted is what gets reviewed and posted.
FREEZE = """
CREATE FUNCTION ledger_refuse_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'record % is %: its content is settled', OLD.id, OLD.state
    USING ERRCODE = 'restrict_violation', CONSTRAINT = 'record_settled';
END $$;

CREATE TRIGGER record_settled BEFORE UPDATE ON ledger_record FOR EACH ROW
  WHEN (OLD.state NOT IN ('draft', 'returned')
        AND (OLD.book_id, OLD.kind_id, OLD.pack_version_id, OLD.unit_id, OLD.occurred_on, OLD.title, OLD.data, OLD.rows,
             OLD.steps, OLD.cycle, OLD.submitted_by_id)
            IS DISTINCT FROM
            (NEW.book_id, NEW.kind_id, NEW.pack_version_id, NEW.unit_id, NEW.occurred_on, NEW.title, NEW.data, NEW.rows,
             NEW.steps, NEW.cycle, NEW.submitted_by_id))
  EXECUTE FUNCTION ledger_refuse_edit();
"""

FREEZE_BACK = "DROP TRIGGER record_settled ON ledger_record; DROP FUNCTION ledger_refuse_edit();"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_BACK),
        migrations.RunSQL(ENTRY, ENTRY_BACK),
        migrations.RunSQL(REVIEW, REVIEW_BACK),
        migrations.RunSQL(FREEZE, FREEZE_BACK),
    ]
