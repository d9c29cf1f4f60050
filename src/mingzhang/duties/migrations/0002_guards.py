"""What the database refuses: changing or deleting what was decided about a task, and deleting a task."""

from django.db import migrations

GUARDS = """
CREATE TRIGGER task_step_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON duties_taskstep
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER task_stays BEFORE DELETE OR TRUNCATE ON duties_task
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON duties_taskstep FROM PUBLIC, CURRENT_USER;
REVOKE DELETE, TRUNCATE ON duties_task FROM PUBLIC, CURRENT_USER;
"""
GUARDS_BACK = """
DROP TRIGGER task_step_append_only ON duties_taskstep;
DROP TRIGGER task_stays ON duties_task;
"""


class Migration(migrations.Migration):
    dependencies = [("duties", "0001_initial"), ("ledger", "0002_guards")]

    operations = [migrations.RunSQL(GUARDS, GUARDS_BACK)]
