"""An installed version never changes and a kind keeps its number: the database refuses UPDATE and DELETE on both,
because records and entries are read through them for as long as the books are kept."""

from django.db import migrations

NEVER_CHANGE = """
CREATE FUNCTION packs_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% never changes: % refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'restrict_violation', HINT = 'Install a new version of the pack.';
END $$;

CREATE TRIGGER pack_version_never_changes BEFORE UPDATE OR DELETE ON packs_packversion
  FOR EACH STATEMENT EXECUTE FUNCTION packs_refuse_change();
CREATE TRIGGER record_kind_never_changes BEFORE UPDATE OR DELETE ON packs_recordkind
  FOR EACH STATEMENT EXECUTE FUNCTION packs_refuse_change();
"""

NEVER_CHANGE_BACK = """
DROP TRIGGER pack_version_never_changes ON packs_packversion;
DROP TRIGGER record_kind_never_changes ON packs_recordkind;
DROP FUNCTION packs_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("packs", "0001_initial")]

    operations = [migrations.RunSQL(NEVER_CHANGE, NEVER_CHANGE_BACK)]
