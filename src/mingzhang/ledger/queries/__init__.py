"""Every question about records and entries that is more than a line."""

from mingzhang.ledger.models import OPEN_STATES
from mingzhang.ledger.queries.history import Moment, record_history
from mingzhang.ledger.queries.pages import (
    MOST_COUNTED,
    Filters,
    LedgerPage,
    Row,
    Totals,
    ledger_page,
    open_counts,
    records_page,
)
from mingzhang.ledger.queries.records import (
    entries_of,
    kind_by_code,
    kind_in,
    kind_of,
    line_in_force,
    newest_day,
    position,
    posted_at,
    record_by_id,
    reviewers,
    version_in_force,
    visible_to,
)
from mingzhang.ledger.queries.searching import Found, Hit, search_records

__all__ = [
    "MOST_COUNTED",
    "OPEN_STATES",
    "Filters",
    "Found",
    "Hit",
    "LedgerPage",
    "Moment",
    "Row",
    "Totals",
    "entries_of",
    "kind_by_code",
    "kind_in",
    "kind_of",
    "ledger_page",
    "line_in_force",
    "newest_day",
    "open_counts",
    "position",
    "posted_at",
    "record_by_id",
    "record_history",
    "records_page",
    "reviewers",
    "search_records",
    "version_in_force",
    "visible_to",
]
