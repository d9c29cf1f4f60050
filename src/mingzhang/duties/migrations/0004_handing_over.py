"""Handing over everything at once names whose it was; lists of what was done have an index."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("duties", "0003_accrued")]

    operations = [
        migrations.AddField(
            model_name="taskstep",
            name="giver",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=Q(state__in=("done", "excused")), fields=["book", "due"], name="task_book_closed"
            ),
        ),
        migrations.AddConstraint(
            model_name="taskstep",
            constraint=models.CheckConstraint(
                condition=Q(giver=None) | Q(verb="hand_over"), name="task_step_giver_gives"
            ),
        ),
        migrations.AddIndex(
            model_name="taskstep",
            index=models.Index(condition=Q(giver__isnull=False), fields=["giver", "at"], name="task_step_giver"),
        ),
    ]
