"""Lists and boards are counted and put in order from indexes that hold all that is read for it. Whom a finding was given
to is looked up for whoever asks which findings they may see."""

from django.db import migrations, models
from django.db.models import Q

OPEN = ("found", "assigned", "correcting", "submitted", "verified", "suspended", "doubted")
CLOSED = ("closed", "follow_up_due", "confirmed")

INDEXES = (
    models.Index(fields=["unit", "state", "by_day", "id"], include=("book",), name="finding_of_unit"),
    models.Index(fields=["book", "state", "by_day", "id"], include=("unit",), name="finding_of_state"),
    models.Index(
        condition=Q(state__in=OPEN),
        fields=["book", "by_day", "id"],
        include=("state", "unit"),
        name="finding_open",
    ),
    models.Index(
        condition=Q(state__in=CLOSED),
        fields=["book", "-by_day", "-id"],
        include=("state", "unit"),
        name="finding_closed",
    ),
    models.Index(
        condition=Q(state__in=(*OPEN, *CLOSED)),
        fields=["book", "by_day", "id"],
        include=("state", "unit"),
        name="finding_all",
    ),
    models.Index(condition=Q(owner__isnull=False), fields=["owner"], name="finding_owner"),
)
REPLACED = ("finding_unit_state", "finding_book_state", "finding_book_open", "finding_book_closed")


class Migration(migrations.Migration):
    dependencies = [("findings", "0002_guards")]

    operations = [
        *(migrations.AddIndex("finding", index) for index in INDEXES),
        *(migrations.RemoveIndex("finding", name) for name in REPLACED),
    ]
