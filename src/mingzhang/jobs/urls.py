"""The page of the jobs, below 账本."""

from django.urls import path

from mingzhang.jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.jobs, name="jobs"),
    path("<str:name>/run/", views.run, name="run"),
]
