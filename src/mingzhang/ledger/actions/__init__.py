"""Every write to the ledger."""

from mingzhang.ledger.actions.evidence import attach_evidence, detach_evidence
from mingzhang.ledger.actions.imports import Draft, Imported, import_records
from mingzhang.ledger.actions.posting import post_record, post_records, reverse_record
from mingzhang.ledger.actions.records import add_record, edit_record, submit_record
from mingzhang.ledger.actions.reviews import (
    MOST_AT_ONCE,
    Reviewed,
    review_record,
    review_records,
    send_back_record,
)

__all__ = [
    "MOST_AT_ONCE",
    "Draft",
    "Imported",
    "Reviewed",
    "add_record",
    "attach_evidence",
    "detach_evidence",
    "edit_record",
    "import_records",
    "post_record",
    "post_records",
    "reverse_record",
    "review_record",
    "review_records",
    "send_back_record",
    "submit_record",
]
