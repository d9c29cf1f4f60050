"""The root and the position stand in every form of a signed report."""

from __future__ import annotations

import io

import docx
from django.utils.timezone import localdate
from pypdf import PdfReader

from mingzhang.reports import queries
from mingzhang.reports.files import content_of
from mingzhang.reports.signed import Signed
from tests.reports.world import report_at, sign
from tests.web.office import Office


def test_docx_pdf_and_html_end_with_the_position_and_the_root(office: Office) -> None:
    signature = queries.signature_of(report_at(office, "signed"))
    assert signature is not None
    made = Signed(signature)
    root = made.root.partition(":")[2]
    groups = " ".join(root[at : at + 16] for at in range(0, 64, 16))
    paragraphs = [one.text for one in docx.Document(io.BytesIO(content_of(made, "docx"))).paragraphs]
    assert paragraphs[-2] == f"核验：数到账上第7笔；操作日志前{signature.checkpoint.size}条的校验码"
    assert paragraphs[-1] == groups
    pages = PdfReader(io.BytesIO(content_of(made, "pdf"))).pages
    printed = "".join(pages[-1].extract_text().split())
    assert root in printed
    assert "数到账上第7笔" in printed
    assert groups in content_of(made, "html").decode()


def test_the_signed_document_names_its_signer_and_bears_the_day_of_signing(office: Office) -> None:
    report = sign(report_at(office, "reviewed"), office.cast.zhou)
    signature = queries.signature_of(report)
    assert signature is not None
    document = Signed(signature).document
    assert document.signer == "周书记"
    assert document.date == localdate(signature.signed_at)
