"""What a problem with an item is put down as, said where its checklist suggests nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inspections", "0005_follow_ups")]

    operations = [
        migrations.AddField(
            model_name="answer",
            name="category",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
    ]
