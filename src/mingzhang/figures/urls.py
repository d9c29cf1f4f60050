"""The figures' pages."""

from django.urls import path

from mingzhang.figures import feeds, views

app_name = "figures"
urlpatterns = [
    path("", views.figures, name="list"),
    path("feeds/<slug:pack>/<slug:kind>/", feeds.show, name="feeds"),
    path("dashboard/", views.dashboard, name="dashboard"),
    path("dashboard/numbers.xlsx", views.dashboard_xlsx, name="dashboard_xlsx"),
    path("dashboard/<slug:chart>.<slug:form>", views.chart, name="chart"),
    path("<slug:pack>/<str:figure>/", views.figure, name="figure"),
    path("<slug:pack>/<str:figure>/entries.<slug:form>", views.entries, name="entries"),
]
