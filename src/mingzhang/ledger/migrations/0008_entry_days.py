"""An index by day and position for lists of a whole book, in the place of one that only knew blocks of days."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("ledger", "0007_accrued")]

    operations: ClassVar = [
        migrations.RemoveIndex(model_name="entry", name="entry_day"),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["book", "occurred_on", "seq"],
                include=["kind", "line", "sign", "record"],
                name="entry_book_day",
            ),
        ),
    ]
