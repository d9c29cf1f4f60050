"""What the database refuses: changing a pool, its weights, strata or recusals once the roster is published; changing a
roster, a seed or a result; moving a draw back; and deleting a plan, a draw, a commitment or a result."""

from django.db import migrations

POOL = """
CREATE FUNCTION inspections_pool_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM inspections_draw WHERE state <> 'drafted' AND id IN (
       CASE WHEN TG_OP <> 'INSERT' THEN OLD.draw_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.draw_id END)) THEN
    RAISE EXCEPTION '%: the roster of this draw is published, % refused', TG_TABLE_NAME, TG_OP
      USING ERRCODE = 'restrict_violation', HINT = 'Void the draw and begin another.';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""
TABLES = ("stratum", "poolobject", "poolinspector", "recusal")
POOL_TRIGGERS = "".join(
    f"CREATE TRIGGER {table}_pool_open BEFORE INSERT OR UPDATE OR DELETE ON inspections_{table}"
    " FOR EACH ROW EXECUTE FUNCTION inspections_pool_open();\n"
    f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON inspections_{table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();\n"
    for table in TABLES
)

DRAW = """
CREATE FUNCTION inspections_draw_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.inspection_id, NEW.number, NEW.made_by_id, NEW.made_at)
     IS DISTINCT FROM (OLD.inspection_id, OLD.number, OLD.made_by_id, OLD.made_at) THEN
    RAISE EXCEPTION 'a draw stays what it is' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.state <> 'drafted' AND
     (NEW.roster, NEW.roster_digest, NEW.per_object, NEW.source, NEW.value_name, NEW.value_on, NEW.published_on,
      NEW.published_at, NEW.published_by_id) IS DISTINCT FROM
     (OLD.roster, OLD.roster_digest, OLD.per_object, OLD.source, OLD.value_name, OLD.value_on, OLD.published_on,
      OLD.published_at, OLD.published_by_id) THEN
    RAISE EXCEPTION 'the roster of this draw is published' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.drawn_at IS NOT NULL AND
     (NEW.value, NEW.value_by_id, NEW.confirmed_by_id, NEW.seed, NEW.result, NEW.drawn_at) IS DISTINCT FROM
     (OLD.value, OLD.value_by_id, OLD.confirmed_by_id, OLD.seed, OLD.result, OLD.drawn_at) THEN
    RAISE EXCEPTION 'the result of this draw stands' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state = ANY (ARRAY[
       'drafted>published', 'published>committed', 'published>stated', 'published>void', 'committed>drawn',
       'committed>void', 'stated>published', 'stated>drawn', 'stated>void', 'drawn>redrawn'])) THEN
    RAISE EXCEPTION 'a draw does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.state IN ('void', 'redrawn') THEN
    RAISE EXCEPTION 'this draw has ended' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER draw_fixed BEFORE UPDATE ON inspections_draw
  FOR EACH ROW EXECUTE FUNCTION inspections_draw_fixed();
"""

COMMITMENT = """
CREATE FUNCTION inspections_commitment_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.secret <> '' OR (NEW.draw_id, NEW.slot, NEW.person_id, NEW.post, NEW.salt, NEW.commitment, NEW.committed_at)
     IS DISTINCT FROM (OLD.draw_id, OLD.slot, OLD.person_id, OLD.post, OLD.salt, OLD.commitment, OLD.committed_at) THEN
    RAISE EXCEPTION 'a commitment stands' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER commitment_fixed BEFORE UPDATE ON inspections_commitment
  FOR EACH ROW EXECUTE FUNCTION inspections_commitment_fixed();
CREATE FUNCTION inspections_commitment_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM inspections_draw WHERE id = NEW.draw_id AND state = 'published'
                 AND source = 'commitments') THEN
    RAISE EXCEPTION 'nobody commits to this draw now' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER commitment_in_time BEFORE INSERT ON inspections_commitment
  FOR EACH ROW EXECUTE FUNCTION inspections_commitment_in_time();
"""

# What is drawn is written while the draw still awaits its result, and in the same transaction as it.
RESULT = """
CREATE FUNCTION inspections_result_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM inspections_draw WHERE state IN ('committed', 'stated') AND id =
       CASE TG_TABLE_NAME WHEN 'inspections_drawn' THEN (to_jsonb(NEW) ->> 'draw_id')::integer
       ELSE (SELECT draw_id FROM inspections_drawn
              WHERE object_id = (to_jsonb(NEW) ->> 'drawn_id')::bigint) END) THEN
    RAISE EXCEPTION 'nothing is added to the result of this draw' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER drawn_in_time BEFORE INSERT ON inspections_drawn
  FOR EACH ROW EXECUTE FUNCTION inspections_result_in_time();
CREATE TRIGGER drawn_inspector_in_time BEFORE INSERT ON inspections_drawninspector
  FOR EACH ROW EXECUTE FUNCTION inspections_result_in_time();
CREATE TRIGGER drawn_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON inspections_drawn
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER drawn_inspector_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON inspections_drawninspector
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
"""
STAYS = "".join(
    f"CREATE TRIGGER {table}_stays BEFORE DELETE OR TRUNCATE ON inspections_{table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();\n"
    for table in ("inspection", "draw", "commitment")
)
# The check of a reference needs the grant to update both tables: against changes the triggers stand alone.
GRANTS = """
REVOKE DELETE, TRUNCATE ON inspections_drawninspector, inspections_drawn, inspections_inspection, inspections_draw,
  inspections_commitment FROM PUBLIC, CURRENT_USER;
"""
BACK = (
    "".join(
        f"DROP TRIGGER {table}_pool_open ON inspections_{table}; DROP TRIGGER {table}_not_emptied ON inspections_{table};"
        for table in TABLES
    )
    + "".join(
        f"DROP TRIGGER {table}_stays ON inspections_{table};" for table in ("inspection", "draw", "commitment")
    )
    + """
DROP TRIGGER draw_fixed ON inspections_draw;
DROP TRIGGER commitment_fixed ON inspections_commitment;
DROP TRIGGER commitment_in_time ON inspections_commitment;
DROP TRIGGER drawn_in_time ON inspections_drawn;
DROP TRIGGER drawn_inspector_in_time ON inspections_drawninspector;
DROP TRIGGER drawn_append_only ON inspections_drawn;
DROP TRIGGER drawn_inspector_append_only ON inspections_drawninspector;
DROP FUNCTION inspections_pool_open, inspections_draw_fixed, inspections_commitment_fixed,
  inspections_commitment_in_time, inspections_result_in_time;
GRANT DELETE, TRUNCATE ON inspections_drawn, inspections_drawninspector, inspections_inspection,
  inspections_draw, inspections_commitment TO CURRENT_USER;
"""
)


class Migration(migrations.Migration):
    dependencies = [("inspections", "0001_initial"), ("ledger", "0002_guards")]

    operations = [
        migrations.RunSQL(POOL + POOL_TRIGGERS + DRAW + COMMITMENT + RESULT + STAYS + GRANTS, BACK),
    ]
