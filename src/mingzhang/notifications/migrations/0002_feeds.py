"""The calendar of a person, and which notices speak of a task."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0001_initial"),
        ("organisation", "0004_calendar"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Feed",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="feed",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("digest", models.BinaryField(max_length=34, unique=True)),
                ("made_at", models.DateTimeField()),
                ("since", models.DateTimeField()),
                ("asked", models.IntegerField(default=0)),
            ],
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                models.Func(
                    models.F("key"),
                    models.Value(":"),
                    models.Value(2),
                    function="split_part",
                    output_field=models.TextField(),
                ),
                condition=models.Q(("kind", "task.due")),
                name="notice_of_task",
            ),
        ),
    ]
