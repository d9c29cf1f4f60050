from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0003_disclosures"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(
                    (
                        "verb__in",
                        (
                            "record.add",
                            "record.edit",
                            "record.import",
                            "record.pass",
                            "record.post",
                            "record.submit",
                        ),
                    ),
                    _negated=True,
                ),
                fields=["book", "verb", "id"],
                name="event_verb",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["book", "actor", "id"], name="event_actor"),
        ),
    ]
