from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organisation", "0002_settings"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="large_type",
            field=models.BooleanField(help_text="unknown: never chosen, so as the browser was told", null=True),
        ),
    ]
