"""What the database itself refuses about findings, whoever asks: see docs/adr/0028-findings.md.

Who corrected a finding, and whoever stands in for them on that day or for whom they stand in, neither verifies nor
closes it, nor follows it up. It is verified only by the newest verification of its round, and closed only by a
closing that rests on it. What people did is not changed afterwards, and nothing is deleted.

Of the tables that others refer to UPDATE is not revoked: the check of a foreign key locks the row that it finds.
"""

from django.db import migrations

HANDS = """
CREATE FUNCTION findings_hands(asked bigint, asked_round int) RETURNS SETOF int LANGUAGE sql STABLE AS $$
  SELECT owner_id FROM findings_finding WHERE id = asked AND round = asked_round AND owner_id IS NOT NULL
   UNION
  SELECT by_id FROM findings_findingstep
   WHERE finding_id = asked AND round = asked_round AND verb IN ('begin', 'submit', 'measure', 'finish_measure')
$$;

CREATE FUNCTION findings_same_hand(asked bigint, asked_round int, who int, on_day date) RETURNS boolean
  LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM findings_hands(asked, asked_round) AS hand
     WHERE hand = who OR EXISTS (
       SELECT FROM organisation_appointment AS stand_in
         JOIN organisation_appointment AS stood_for ON stood_for.id = stand_in.stands_in_for_id
        WHERE stand_in.valid @> on_day
          AND (stand_in.person_id, stood_for.person_id) IN ((who, hand), (hand, who))))
$$;
"""
HANDS_BACK = "DROP FUNCTION findings_same_hand(bigint, int, int, date); DROP FUNCTION findings_hands(bigint, int);"

APART = """
CREATE FUNCTION findings_refuse_hand() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  asked bigint;
  asked_round int;
  who int;
BEGIN
  IF TG_TABLE_NAME = 'findings_verification' THEN
    asked := NEW.finding_id; asked_round := NEW.round; who := NEW.verifier_id;
  ELSIF TG_TABLE_NAME = 'findings_closing' THEN
    asked := NEW.finding_id; asked_round := NEW.round; who := NEW.by_id;
  ELSE
    SELECT finding_id, round INTO asked, asked_round FROM findings_closing WHERE id = NEW.closing_id;
    who := NEW.by_id;
  END IF;
  IF findings_same_hand(asked, asked_round, who, NEW."on") THEN
    RAISE EXCEPTION 'person % had a hand in correcting finding %', who, asked
      USING ERRCODE = 'check_violation', CONSTRAINT = 'finding_other_hands';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER verification_other_hands BEFORE INSERT ON findings_verification
  FOR EACH ROW EXECUTE FUNCTION findings_refuse_hand();
CREATE TRIGGER closing_other_hands BEFORE INSERT ON findings_closing
  FOR EACH ROW EXECUTE FUNCTION findings_refuse_hand();
CREATE TRIGGER follow_up_other_hands BEFORE INSERT ON findings_followup
  FOR EACH ROW EXECUTE FUNCTION findings_refuse_hand();
"""
APART_BACK = """
DROP TRIGGER verification_other_hands ON findings_verification;
DROP TRIGGER closing_other_hands ON findings_closing;
DROP TRIGGER follow_up_other_hands ON findings_followup;
DROP FUNCTION findings_refuse_hand();
"""

# What was verified in a round: its newest verification, if that passed it.
STATES = """
CREATE FUNCTION findings_passed(asked bigint, asked_round int) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT id FROM (SELECT id, passed FROM findings_verification
                   WHERE finding_id = asked AND round = asked_round ORDER BY id DESC LIMIT 1) AS newest
   WHERE passed
$$;

CREATE FUNCTION findings_check_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF findings_passed(NEW.id, NEW.round) IS NULL THEN
    RAISE EXCEPTION 'finding % is not verified by another person', NEW.number
      USING ERRCODE = 'check_violation', CONSTRAINT = 'finding_verified';
  END IF;
  IF NEW.state <> 'verified' AND NOT EXISTS (
      SELECT FROM findings_closing WHERE finding_id = NEW.id AND round = NEW.round) THEN
    RAISE EXCEPTION 'finding % is not closed by anybody', NEW.number
      USING ERRCODE = 'check_violation', CONSTRAINT = 'finding_closed';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER finding_state BEFORE INSERT OR UPDATE ON findings_finding FOR EACH ROW
  WHEN (NEW.state IN ('verified', 'closed', 'follow_up_due', 'confirmed'))
  EXECUTE FUNCTION findings_check_state();

CREATE FUNCTION findings_check_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF findings_passed(NEW.finding_id, NEW.round) IS DISTINCT FROM NEW.verification_id THEN
    RAISE EXCEPTION 'closing of finding % does not rest on its newest verification', NEW.finding_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'closing_verified';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER closing_verified BEFORE INSERT ON findings_closing
  FOR EACH ROW EXECUTE FUNCTION findings_check_closing();

CREATE FUNCTION findings_refuse_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'finding % keeps its number and where it comes from', OLD.number
    USING ERRCODE = 'restrict_violation', CONSTRAINT = 'finding_settled';
END $$;

CREATE TRIGGER finding_settled BEFORE UPDATE ON findings_finding FOR EACH ROW
  WHEN ((OLD.book_id, OLD.number, OLD.source, OLD.origin_id, OLD.found_on, OLD.reported_by_id, OLD.reported_at)
        IS DISTINCT FROM
        (NEW.book_id, NEW.number, NEW.source, NEW.origin_id, NEW.found_on, NEW.reported_by_id, NEW.reported_at)
        OR NEW.round < OLD.round)
  EXECUTE FUNCTION findings_refuse_edit();
"""
STATES_BACK = """
DROP TRIGGER finding_state ON findings_finding;
DROP TRIGGER closing_verified ON findings_closing;
DROP TRIGGER finding_settled ON findings_finding;
DROP FUNCTION findings_check_state();
DROP FUNCTION findings_check_closing();
DROP FUNCTION findings_refuse_edit();
DROP FUNCTION findings_passed(bigint, int);
"""

APPEND_ONLY = (
    "verification",
    "closing",
    "followup",
    "findingevidence",
    "findingstep",
    "findingescalation",
    "matterstep",
)
STAYS = ("finding", "measure", "transfer", "pause", "matter", "numbering")
KEPT = [("UPDATE OR DELETE OR TRUNCATE", name) for name in APPEND_ONLY] + [
    ("DELETE OR TRUNCATE", name) for name in STAYS
]


class Migration(migrations.Migration):
    dependencies = [
        ("findings", "0001_initial"),
        ("ledger", "0002_guards"),
        ("organisation", "0005_lines_of_ended_units"),
    ]

    operations = [
        migrations.RunSQL(HANDS, HANDS_BACK),
        migrations.RunSQL(APART, APART_BACK),
        migrations.RunSQL(STATES, STATES_BACK),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER {name}_stays BEFORE {what} ON findings_{name}"
                " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();"
                f" REVOKE DELETE, TRUNCATE ON findings_{name} FROM PUBLIC, CURRENT_USER;",
                f"DROP TRIGGER {name}_stays ON findings_{name};",
            )
            for what, name in KEPT
        ),
    ]
