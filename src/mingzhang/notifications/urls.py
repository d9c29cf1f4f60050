"""The inbox, one's own settings of reminders, and the body's gateway."""

from django.urls import path

from mingzhang.notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read/", views.read_all, name="read_all"),
    path("<int:number>/open/", views.open_notice, name="open"),
    path("settings/", views.settings, name="settings"),
    path("gateway/", views.hook, name="hook"),
]
