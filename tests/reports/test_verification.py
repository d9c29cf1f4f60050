"""A signed report that is changed in the database is found by verifying."""

from __future__ import annotations

from django.db import connection

from mingzhang.reports.verification import verify_reports
from tests.reports.world import report_at
from tests.web.office import Office

TAMPERED = {
    "UPDATE reports_signature SET body = replace(body, '街道', '乡镇')": "正文和签发时不一样。",
    "UPDATE reports_signature SET body = body || ' ',"
    " digest = '\\x1220' || sha256(convert_to(body || ' ', 'UTF8'))": "日志里没有这样签发过。",
    "UPDATE reports_reportnumber SET text = '99' WHERE mark = 1": "存下的数和正文里的不一样。",
    "DELETE FROM reports_reportnumber WHERE mark = 2": "存下的数和正文里的不一样。",
}


def test_signed_reports_that_are_changed_in_the_database_are_found(office: Office) -> None:
    report = report_at(office, "signed")
    assert (verify_reports(office.cast.book).count, verify_reports(office.cast.book).faults) == (1, 0)
    assert verify_reports(office.cast.other_book).count == 0
    tables = ("reports_signature", "reports_reportnumber")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"GRANT ALL ON {table} TO CURRENT_USER; ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement, what in TAMPERED.items():
            cursor.execute("SAVEPOINT before")
            cursor.execute(statement)
            [found] = verify_reports(office.cast.book).differences
            assert (found.place, found.what) == (f"报告{report.pk}（reports_signature）", what)
            cursor.execute("ROLLBACK TO SAVEPOINT before")


def test_a_report_is_verified_as_it_was_signed_whatever_is_reversed_later(office: Office) -> None:
    report_at(office, "signed")
    office.post_talks(2)
    assert verify_reports(office.cast.book).faults == 0
