"""A program that draws one page of the PDF on its standard input: `python -m mingzhang.ledger.pdf_page 3`.

It runs apart from the server, under limits of memory and time, since what it reads was made by anybody. It writes
how many pages there are, in four bytes, and the page as PNG. Scripts, forms and links of the PDF are not looked at.
"""

from __future__ import annotations

import io
import resource
import sys

import pypdfium2

LONGEST = 1400  # pixels of the longer side
MEMORY = 1 << 30
SECONDS = 10


def main() -> None:
    """Reads the PDF and writes the page whose number, from 1, is the argument."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    pages = len(document)
    sys.stdout.buffer.write(pages.to_bytes(4, "big"))
    page = document[min(max(int(sys.argv[1]), 1), pages) - 1]
    bitmap = page.render(scale=LONGEST / max(*page.get_size(), 1), may_draw_forms=False)
    out = io.BytesIO()
    bitmap.to_pil().save(out, "PNG")
    sys.stdout.buffer.write(out.getvalue())


if __name__ == "__main__":
    main()
