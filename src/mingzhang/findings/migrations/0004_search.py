"""Chinese search in findings, as in record sheets: see docs/adr/0017-search-by-pairs-of-characters.md.

`findings_findingtext` has one row a finding, which two triggers keep: its first line, its place and its number. Not
the rest of the description, where names and circumstances of residents may be written.
"""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

KEPT = r"""
CREATE FUNCTION findings_searched(description text, place text, number text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT left(ledger_fold(
           concat_ws(chr(1), left(split_part(btrim(description, E' \t\r\n'), chr(10), 1), 60), place, number)), 4000)
$$;

CREATE FUNCTION findings_search_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO findings_findingtext (finding_id, text)
  SELECT id, findings_searched(description, place, number) FROM fresh;
  RETURN NULL;
END $$;

CREATE FUNCTION findings_search_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE findings_findingtext SET text = findings_searched(NEW.description, NEW.place, NEW.number)
   WHERE finding_id = NEW.id;
  RETURN NULL;
END $$;

CREATE TRIGGER finding_search_added AFTER INSERT ON findings_finding
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION findings_search_added();
CREATE TRIGGER finding_search_changed AFTER UPDATE OF description, place ON findings_finding
  FOR EACH ROW WHEN ((OLD.description, OLD.place) IS DISTINCT FROM (NEW.description, NEW.place))
  EXECUTE FUNCTION findings_search_changed();

-- The planner must know how common a pair is, to choose between the newest first and the index of pairs.
ALTER TABLE findings_findingtext ALTER COLUMN bigrams SET STATISTICS 500;

INSERT INTO findings_findingtext (finding_id, text)
SELECT id, findings_searched(description, place, number) FROM findings_finding;
"""

KEPT_BACK = """
DROP TRIGGER finding_search_changed ON findings_finding;
DROP TRIGGER finding_search_added ON findings_finding;
DROP FUNCTION findings_search_changed();
DROP FUNCTION findings_search_added();
DROP FUNCTION findings_searched(text, text, text);
"""


class Migration(migrations.Migration):
    dependencies = [("findings", "0003_lists"), ("ledger", "0005_search")]

    operations = [
        migrations.CreateModel(
            name="FindingText",
            fields=[
                (
                    "finding",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_text",
                        serialize=False,
                        to="findings.finding",
                    ),
                ),
                ("text", models.TextField()),
                (
                    "bigrams",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("text"), function="ledger_bigrams"),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["bigrams"], name="finding_bigrams"),
                ],
            },
        ),
        migrations.RunSQL(KEPT, KEPT_BACK),
    ]
