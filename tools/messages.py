"""The texts of the interface and their English translations.

`python tools/messages.py update` writes every text found in the source into the English catalogue, drops those that
are gone and keeps the translations. `problems` says what is missing; `make lint` fails on it.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "mingzhang"
ENGLISH = SOURCE / "locale" / "en" / "LC_MESSAGES" / "django.po"

# Which arguments of a function are message ids, and which one is the context ("c").
KEYWORDS: dict[str, tuple[Any, ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
HEADER = """\
# English texts of Mingzhang. The ids are the Chinese texts of the source: see docs/adr/0001-chinese-message-ids.md.
msgid ""
msgstr ""
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


def texts_in(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """The message ids in a Python file or a template, each with its context."""
    source = path.read_text()
    if path.suffix != ".py":
        # What is left of the markup is no Python: without indentation the tokenizer has nothing to stumble over.
        source = "\n".join(line.strip() for line in templatize(source).splitlines())
    calls: Iterable[Any] = extract_python(io.BytesIO(source.encode()), KEYWORDS, [], {})
    for _line, function, arguments, _comments in calls:
        given = [arguments] if isinstance(arguments, str) or arguments is None else list(arguments)
        context = None
        if "pgettext" in function:
            context, given = given[0], given[1:]
        wanted = 2 if function.lstrip("p").startswith("n") and "noop" not in function else 1
        ids = [text for text in given[:wanted] if text]
        if ids:
            yield (ids[0] if wanted == 1 else tuple(ids)), context


def source_files() -> list[Path]:
    """Every file that may hold a text."""
    templates = [path for suffix in ("html", "txt") for path in SOURCE.glob(f"*/templates/**/*.{suffix}")]
    return sorted([*SOURCE.rglob("*.py"), *templates])


def collect() -> Catalog:
    """All texts of the source, untranslated, each with the files that say it."""
    catalog = Catalog(locale="en", charset="utf-8")
    for path in source_files():
        for text, context in texts_in(path):
            catalog.add(text, locations=[(str(path.relative_to(ROOT)), 0)], context=context)
    return catalog


def translated() -> Catalog:
    """The English catalogue as it stands."""
    if not ENGLISH.exists():
        return Catalog(locale="en")
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def update() -> None:
    """Bring the catalogue in line with the source."""
    catalog = translated()
    catalog.update(collect(), no_fuzzy_matching=True)
    body = io.BytesIO()
    write_po(
        body, catalog, width=110, omit_header=True, sort_output=True, ignore_obsolete=True, include_lineno=False
    )
    ENGLISH.parent.mkdir(parents=True, exist_ok=True)
    ENGLISH.write_text(HEADER + body.getvalue().decode().strip() + "\n")


def problems() -> list[str]:
    """What is wrong with the English catalogue, a sentence each."""
    wanted, given = collect(), translated()
    found = [f"no English text: {_shown(message)}" for message in _texts(wanted) if not _english(given, message)]
    found += [f"no longer in the source: {_shown(m)}" for m in _texts(given) if not _same(wanted, m)]
    for message in _texts(given):
        found += [f"{error}: {_shown(message)}" for error in message.check(given) if _english(given, message)]
    return found


def _texts(catalog: Catalog) -> Iterable[Message]:
    return (message for message in catalog if message.id)


def _same(catalog: Catalog, message: Message) -> Message | None:
    return catalog.get(message.id, message.context)


def _english(catalog: Catalog, message: Message) -> bool:
    known = _same(catalog, message)
    if known is None or known.fuzzy:
        return False
    texts = [known.string] if isinstance(known.string, str) else list(known.string or ())
    return all(texts) and known.string != known.id


def _shown(message: Message) -> str:
    text = message.id if isinstance(message.id, str) else message.id[0]
    where = ", ".join(sorted({path for path, _line in message.locations}))
    return f"“{' '.join(text.split())[:60]}” {where}".strip()


if __name__ == "__main__":
    if sys.argv[1:] != ["update"]:
        sys.exit(__doc__)
    update()
    print(f"{len(problems())} to translate in {ENGLISH.relative_to(ROOT)}")
