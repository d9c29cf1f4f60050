"""Indexes for lists: of a whole book in a period, and of what waits in a few units."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0005_search"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=django.contrib.postgres.indexes.BrinIndex(
                fields=["occurred_on"], name="entry_day", opclasses=["date_minmax_multi_ops"], pages_per_range=32
            ),
        ),
        migrations.AddIndex(
            model_name="record",
            index=models.Index(
                condition=models.Q(("state", "submitted")), fields=["unit", "due"], name="record_unit_due"
            ),
        ),
    ]
