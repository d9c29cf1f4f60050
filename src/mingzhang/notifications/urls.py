"""The inbox, one's own settings of reminders, the calendar of one's tasks, and the body's gateway."""

from django.urls import path

from mingzhang.notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read/", views.read_all, name="read_all"),
    path("<int:number>/open/", views.open_notice, name="open"),
    path("settings/", views.settings, name="settings"),
    path("settings/calendar/", views.feed_make, name="feed_make"),
    path("settings/calendar/end/", views.feed_revoke, name="feed_revoke"),
    path("calendar/<str:secret>.ics", views.feed, name="feed"),
    path("orphans/", views.orphans, name="orphans"),
    path("gateway/terms/", views.terms, name="terms"),
    path("gateway/", views.hook, name="hook"),
]
