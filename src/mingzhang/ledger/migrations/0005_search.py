"""Chinese search in the titles and short texts of record sheets: see docs/adr/0017-search-by-pairs-of-characters.md.

`ledger_searchtext` has one row a record, which two triggers keep: whatever writes a sheet, the search knows it, and
posting, which changes the state alone, fires neither. Its `bigrams` are the pairs of neighbouring characters, and
the last one alone, as a tsvector.
"""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

FUNCTIONS = r"""
-- One form for what is alike to a reader: full-width and half-width, capital and small.
CREATE FUNCTION ledger_fold(given text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT RETURN lower(normalize(given, NFKC));

CREATE FUNCTION ledger_pairs(folded text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT coalesce(array_agg(one || coalesce(next, '')), '{}')
    FROM (SELECT string_to_array(folded, NULL) AS c) AS split, unnest(c, c[2:]) AS pair(one, next)
$$;

CREATE FUNCTION ledger_bigrams(folded text) RETURNS tsvector
  LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT RETURN array_to_tsvector(ledger_pairs(folded));

-- What a text must hold to have `word` in it: all its pairs; a single character may begin a pair or stand last. What
-- has all pairs of a longer word need not have the word: the pattern says.
CREATE FUNCTION ledger_search_query(word text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT string_agg('''' || replace(replace(pair, '\', '\\'), '''', '''''') || CASE few WHEN true THEN ''':*' ELSE '''' END,
                    ' & ')::tsquery
    FROM (SELECT ledger_fold(word) AS folded) AS f,
         LATERAL (SELECT length(folded) < 2 AS few, ledger_pairs(folded) AS pairs) AS p,
         LATERAL unnest(CASE WHEN few THEN pairs ELSE pairs[:array_length(pairs, 1) - 1] END) AS pair
$$;

CREATE FUNCTION ledger_search_pattern(word text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
  RETURN '%' || replace(replace(replace(ledger_fold(word), '\', '\\'), '%', '\%'), '_', '\_') || '%';
"""

FUNCTIONS_BACK = """
DROP FUNCTION ledger_search_pattern(text);
DROP FUNCTION ledger_search_query(text);
DROP FUNCTION ledger_bigrams(text);
DROP FUNCTION ledger_pairs(text);
DROP FUNCTION ledger_fold(text);
"""

# Searched is the title, and every short text that the kind does not call personal. Long texts are not: names and
# circumstances of residents are written there. The first characters alone, because a tsvector holds a megabyte.
TEXTS = r"""
CREATE FUNCTION ledger_searched_fields(fields jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT coalesce(array_agg(field ->> 'id'), '{}') FROM jsonb_array_elements(fields) AS field
   WHERE field ->> 'type' = 'text' AND NOT field ? 'personal'
$$;

CREATE FUNCTION ledger_searched_text(title text, data jsonb, rows jsonb, fields text[], tables jsonb) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT left(ledger_fold(concat_ws(chr(1), title,
    (SELECT string_agg(data ->> field, chr(1)) FROM unnest(fields) AS field),
    (SELECT string_agg(line ->> field, chr(1))
       FROM jsonb_each(tables) AS one, jsonb_array_elements(rows -> one.key) AS line,
            jsonb_array_elements_text(one.value) AS field))), 4000)
$$;

CREATE FUNCTION ledger_keep_search_text(versions int[], kinds int[], records bigint[]) RETURNS void LANGUAGE sql AS $$
  WITH searched AS MATERIALIZED (
    SELECT pack.id AS version, kind.id AS kind, ledger_searched_fields(coalesce(sheet -> 'fields', '[]')) AS fields,
           (SELECT coalesce(jsonb_object_agg(part ->> 'id', to_jsonb(ledger_searched_fields(part -> 'fields'))), '{}')
              FROM jsonb_array_elements(coalesce(sheet -> 'tables', '[]')) AS part) AS tables
      FROM packs_packversion AS pack, jsonb_array_elements(pack.content -> 'kinds') AS sheet, packs_recordkind AS kind
     WHERE pack.id = ANY(versions) AND kind.id = ANY(kinds) AND kind.pack = pack.pack AND kind.code = sheet ->> 'id')
  INSERT INTO ledger_searchtext (record_id, book_id, unit_id, occurred_on, text)
  SELECT r.id, r.book_id, r.unit_id, r.occurred_on,
         ledger_searched_text(r.title, r.data, r.rows, coalesce(fields, '{}'), coalesce(tables, '{}'))
    FROM unnest(records) AS one JOIN ledger_record AS r ON r.id = one
    LEFT JOIN searched ON searched.version = r.pack_version_id AND searched.kind = r.kind_id
      ON CONFLICT (record_id) DO UPDATE
     SET (book_id, unit_id, occurred_on, text) = (excluded.book_id, excluded.unit_id, excluded.occurred_on, excluded.text)
$$;

CREATE FUNCTION ledger_search_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ledger_keep_search_text(array_agg(DISTINCT pack_version_id), array_agg(DISTINCT kind_id), array_agg(id))
     FROM fresh HAVING count(*) > 0;
  RETURN NULL;
END $$;

CREATE FUNCTION ledger_search_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ledger_keep_search_text(ARRAY[NEW.pack_version_id], ARRAY[NEW.kind_id], ARRAY[NEW.id]);
  RETURN NULL;
END $$;

CREATE TRIGGER record_search_added AFTER INSERT ON ledger_record
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ledger_search_added();
CREATE TRIGGER record_search_changed AFTER UPDATE OF title, data, rows, occurred_on, unit_id ON ledger_record
  FOR EACH ROW WHEN ((OLD.title, OLD.data, OLD.rows, OLD.occurred_on, OLD.unit_id)
                     IS DISTINCT FROM (NEW.title, NEW.data, NEW.rows, NEW.occurred_on, NEW.unit_id))
  EXECUTE FUNCTION ledger_search_changed();

-- The planner must know how common a pair is, to choose between the newest first and the index of pairs.
ALTER TABLE ledger_searchtext ALTER COLUMN bigrams SET STATISTICS 500;
"""

TEXTS_BACK = """
DROP TRIGGER record_search_changed ON ledger_record;
DROP TRIGGER record_search_added ON ledger_record;
DROP FUNCTION ledger_search_changed();
DROP FUNCTION ledger_search_added();
DROP FUNCTION ledger_keep_search_text(int[], int[], bigint[]);
DROP FUNCTION ledger_searched_text(text, jsonb, jsonb, text[], jsonb);
DROP FUNCTION ledger_searched_fields(jsonb);
"""

# Some of what holds `asked`, in no order, by the index of pairs alone. The planner takes pairs for independent of each
# other, and would read a whole book for two common words that never meet, or for the first few of a thousand.
SOME = r"""
CREATE FUNCTION ledger_search_some(asked tsquery, patterns text[], in_book int, in_units int[], most int)
  RETURNS TABLE (record_id bigint, occurred_on date) LANGUAGE plpgsql STABLE
  SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off AS $$
BEGIN
  IF in_units IS NULL THEN
    RETURN QUERY EXECUTE 'SELECT s.record_id, s.occurred_on FROM ledger_searchtext AS s
      WHERE s.bigrams @@ $1 AND s.text LIKE ALL ($2) AND s.book_id = $3 LIMIT $4' USING asked, patterns, in_book, most;
  ELSE
    RETURN QUERY EXECUTE 'SELECT s.record_id, s.occurred_on FROM ledger_searchtext AS s
      WHERE s.bigrams @@ $1 AND s.text LIKE ALL ($2) AND s.unit_id = ANY ($3) LIMIT $4'
      USING asked, patterns, in_units, most;
  END IF;
END $$;
"""

SOME_BACK = "DROP FUNCTION ledger_search_some(tsquery, text[], int, int[], int);"

WHAT_IS_THERE = """
SELECT ledger_keep_search_text(array_agg(DISTINCT pack_version_id), array_agg(DISTINCT kind_id), array_agg(id))
  FROM ledger_record HAVING count(*) > 0;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0004_desk"),
        ("organisation", "0001_initial"),
        ("packs", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, FUNCTIONS_BACK),
        migrations.CreateModel(
            name="SearchText",
            fields=[
                (
                    "record",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_text",
                        serialize=False,
                        to="ledger.record",
                    ),
                ),
                ("occurred_on", models.DateField()),
                ("text", models.TextField()),
                (
                    "bigrams",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("text"), function="ledger_bigrams"),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
                (
                    "book",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.book",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.unit",
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["bigrams"], name="search_bigrams"),
                    models.Index(fields=["book", "occurred_on", "record"], name="search_book_day"),
                    models.Index(fields=["unit", "occurred_on", "record"], name="search_unit_day"),
                ],
            },
        ),
        migrations.RunSQL(TEXTS, TEXTS_BACK),
        migrations.RunSQL(SOME, SOME_BACK),
        migrations.RunSQL(WHAT_IS_THERE, migrations.RunSQL.noop),
    ]
