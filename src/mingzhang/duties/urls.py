"""The pages of duty lists and of tasks, and of what people have to do with them."""

from django.urls import path

from mingzhang.duties.views import absence, duty, handbook, handing, lists, tasks

app_name = "duties"
urlpatterns = [
    path("tasks/", tasks.tasks, name="list"),
    path("tasks/sign-off/", tasks.sign_off, name="sign_off"),
    path("tasks/<int:task_id>/", tasks.task, name="task"),
    path("tasks/<int:task_id>/<slug:verb>/", tasks.decide, name="decide"),
    path("tasks/absence/", absence.absence, name="absence"),
    path("tasks/absence/<int:delegation_id>/end/", absence.end, name="absence_end"),
    path("tasks/hand-over/", handing.hand_over_all, name="hand_over_all"),
    path("tasks/handed/<int:step_id>/", handing.handed, name="handed"),
    path("handbook/", handbook.mine, name="handbook"),
    path("handbook/<str:username>/", handbook.handbook, name="handbook_of"),
    path("duties/", lists.duties, name="duties"),
    path("duties/new/", duty.add, name="duty_new"),
    path("duties/coverage/", lists.coverage, name="coverage"),
    path("duties/changes/", lists.changes, name="changes"),
    path("duties/<slug:pack>/<slug:code>/", duty.duty, name="duty"),
    path("duties/<slug:pack>/<slug:code>/<slug:verb>/", duty.adapt, name="adapt"),
]
