"""What the database itself refuses, whoever asks: see docs/explanation/signed-reports.md.

Versions, reviews, signatures and frozen numbers are append-only by grant and by trigger. A report's frame never
changes; from its signature on, only its state may, forward, with who published or withdrew it. Versions keep the
grant to update, which PostgreSQL asks for to lock a row that a foreign key names; their trigger holds all the same.
"""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION reports_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER version_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reports_reportversion
  FOR EACH STATEMENT EXECUTE FUNCTION reports_refuse_change();
CREATE TRIGGER review_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reports_reportreview
  FOR EACH STATEMENT EXECUTE FUNCTION reports_refuse_change();
CREATE TRIGGER signature_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reports_signature
  FOR EACH STATEMENT EXECUTE FUNCTION reports_refuse_change();
CREATE TRIGGER number_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reports_reportnumber
  FOR EACH STATEMENT EXECUTE FUNCTION reports_refuse_change();
CREATE TRIGGER report_not_deleted BEFORE DELETE OR TRUNCATE ON reports_report
  FOR EACH STATEMENT EXECUTE FUNCTION reports_refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON reports_reportreview, reports_signature, reports_reportnumber
  FROM PUBLIC, CURRENT_USER;
REVOKE DELETE, TRUNCATE ON reports_report, reports_reportversion FROM PUBLIC, CURRENT_USER;
"""

APPEND_ONLY_BACK = """
DROP TRIGGER version_append_only ON reports_reportversion;
DROP TRIGGER review_append_only ON reports_reportreview;
DROP TRIGGER signature_append_only ON reports_signature;
DROP TRIGGER number_append_only ON reports_reportnumber;
DROP TRIGGER report_not_deleted ON reports_report;
DROP FUNCTION reports_refuse_change();
GRANT UPDATE, DELETE, TRUNCATE ON reports_reportreview, reports_signature, reports_reportnumber TO CURRENT_USER;
GRANT DELETE, TRUNCATE ON reports_report, reports_reportversion TO CURRENT_USER;
"""

# A review is of the newest version of a report that waits for it, by nobody who wrote any of its versions; a signer
# may give a reviewed report back.
REVIEW = """
CREATE FUNCTION reports_review_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  at record;
BEGIN
  SELECT r.id, r.state, r.version = v.number AS newest INTO at
    FROM reports_reportversion v JOIN reports_report r ON r.id = v.report_id WHERE v.id = NEW.version_id;
  IF NOT at.newest OR NOT (at.state = 'in_review' OR at.state = 'reviewed' AND NOT NEW.passed) THEN
    RAISE EXCEPTION 'report % is not up for this review', at.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'report_review_in_turn';
  END IF;
  IF at.state = 'in_review' AND EXISTS (
      SELECT FROM reports_reportversion WHERE report_id = at.id AND made_by_id = NEW.reviewer_id) THEN
    RAISE EXCEPTION 'report % was written by its reviewer', at.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'report_review_not_by_author';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER report_review_check BEFORE INSERT ON reports_reportreview
  FOR EACH ROW EXECUTE FUNCTION reports_review_check();
"""

REVIEW_BACK = "DROP TRIGGER report_review_check ON reports_reportreview; DROP FUNCTION reports_review_check();"

# A signature is of the newest, reviewed version at that version's position, and its digest is that of its body.
SIGNATURE = """
CREATE FUNCTION reports_signature_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
      SELECT FROM reports_report r JOIN reports_reportversion v ON v.report_id = r.id AND v.number = r.version
       WHERE r.id = NEW.report_id AND r.state = 'reviewed' AND v.id = NEW.version_id AND v.position = NEW.position
         AND EXISTS (SELECT FROM reports_reportreview w WHERE w.version_id = v.id AND w.passed)) THEN
    RAISE EXCEPTION 'report % was not reviewed as it is signed', NEW.report_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'signature_of_reviewed';
  END IF;
  IF NEW.digest <> '\\x1220'::bytea || sha256(convert_to(NEW.body, 'UTF8')) THEN
    RAISE EXCEPTION 'the digest of report % is not that of its body', NEW.report_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'signature_digest';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER signature_check BEFORE INSERT ON reports_signature
  FOR EACH ROW EXECUTE FUNCTION reports_signature_check();

CREATE FUNCTION reports_number_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM reports_signature WHERE report_id = NEW.report_id) THEN
    RAISE EXCEPTION 'report % is signed: its numbers are settled', NEW.report_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'report_numbers_settled';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER report_number_check BEFORE INSERT ON reports_reportnumber
  FOR EACH ROW EXECUTE FUNCTION reports_number_check();
CREATE TRIGGER report_version_check BEFORE INSERT ON reports_reportversion
  FOR EACH ROW EXECUTE FUNCTION reports_number_check();
"""

SIGNATURE_BACK = """
DROP TRIGGER report_version_check ON reports_reportversion;
DROP TRIGGER report_number_check ON reports_reportnumber;
DROP FUNCTION reports_number_check();
DROP TRIGGER signature_check ON reports_signature;
DROP FUNCTION reports_signature_check();
"""

FREEZE = """
CREATE FUNCTION reports_report_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.book_id, OLD.unit_id, OLD.pack_version_id, OLD.pack, OLD.template, OLD.start, OLD."end",
      OLD.created_by_id, OLD.created_at)
     IS DISTINCT FROM
     (NEW.id, NEW.book_id, NEW.unit_id, NEW.pack_version_id, NEW.pack, NEW.template, NEW.start, NEW."end",
      NEW.created_by_id, NEW.created_at) THEN
    RAISE EXCEPTION 'report %: what it reports on does not change', OLD.id
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'report_frame';
  END IF;
  IF NEW.state IS DISTINCT FROM OLD.state AND (OLD.state, NEW.state) NOT IN (
      ('draft', 'in_review'), ('draft', 'withdrawn'), ('in_review', 'reviewed'), ('in_review', 'returned'),
      ('returned', 'in_review'), ('returned', 'withdrawn'), ('reviewed', 'signed'), ('reviewed', 'returned'),
      ('signed', 'published'), ('signed', 'withdrawn'), ('published', 'withdrawn')) THEN
    RAISE EXCEPTION 'report % does not go from % to %', OLD.id, OLD.state, NEW.state
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'report_flow';
  END IF;
  IF NEW.state = 'signed' AND NOT EXISTS (SELECT FROM reports_signature WHERE report_id = NEW.id) THEN
    RAISE EXCEPTION 'report % is not signed', NEW.id
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'report_signed';
  END IF;
  IF OLD.state IN ('in_review', 'reviewed', 'signed', 'published', 'withdrawn')
     AND (OLD.title, OLD.version) IS DISTINCT FROM (NEW.title, NEW.version) THEN
    RAISE EXCEPTION 'report % is %: its words are settled', OLD.id, OLD.state
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'report_settled';
  END IF;
  IF OLD.published_at IS NOT NULL AND (OLD.published_at, OLD.published_by_id)
     IS DISTINCT FROM (NEW.published_at, NEW.published_by_id)
     OR OLD.state = 'withdrawn' AND OLD IS DISTINCT FROM NEW THEN
    RAISE EXCEPTION 'report %: what was done stays done', OLD.id
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'report_done';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER report_check BEFORE UPDATE ON reports_report FOR EACH ROW EXECUTE FUNCTION reports_report_check();
"""

FREEZE_BACK = "DROP TRIGGER report_check ON reports_report; DROP FUNCTION reports_report_check();"


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial")]

    operations = [
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_BACK),
        migrations.RunSQL(REVIEW, REVIEW_BACK),
        migrations.RunSQL(SIGNATURE, SIGNATURE_BACK),
        migrations.RunSQL(FREEZE, FREEZE_BACK),
    ]
