"""The working calendar, with the years whose notices were known to this version."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from mingzhang.core import clock
from mingzhang.organisation.calendars import PUBLISHED, known_rows


def fill_in(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    notices = apps.get_model("organisation", "CalendarNotice").objects
    days = apps.get_model("organisation", "CalendarDay").objects
    for year, (number, issued_on) in PUBLISHED.items():
        notice = notices.create(year=year, number=number, issued_on=issued_on, at=clock.now())
        for row in known_rows(year):
            days.create(day=row.day, kind=row.kind, name=row.name, notice=notice)


class Migration(migrations.Migration):
    dependencies = [
        ("organisation", "0003_large_type"),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarNotice",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("year", models.SmallIntegerField()),
                ("number", models.TextField(blank=True)),
                ("issued_on", models.DateField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "added_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("day", models.DateField(unique=True)),
                ("kind", models.TextField(help_text="holiday, make_up")),
                ("name", models.TextField(blank=True)),
                (
                    "notice",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="days",
                        to="organisation.calendarnotice",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["holiday", "make_up"])), name="calendar_day_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "holiday"),
                            models.Q(("day__iso_week_day__gte", 6), ("notice__isnull", False)),
                            _connector="OR",
                        ),
                        name="calendar_make_up_on_weekend",
                    ),
                ],
            },
        ),
        migrations.RunPython(fill_in, migrations.RunPython.noop),
    ]
