"""Every write to the ledger."""

from mingzhang.ledger.actions.copies import drop_copy, keep_copy, see
from mingzhang.ledger.actions.evidence import (
    answer_questions,
    attach_evidence,
    attach_existing,
    detach_evidence,
    rename_evidence,
)
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
    "answer_questions",
    "attach_evidence",
    "attach_existing",
    "detach_evidence",
    "drop_copy",
    "edit_record",
    "import_records",
    "keep_copy",
    "post_record",
    "post_records",
    "rename_evidence",
    "reverse_record",
    "review_record",
    "see",
    "review_records",
    "send_back_record",
    "submit_record",
]
