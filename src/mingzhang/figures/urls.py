"""The figures' pages."""

from django.urls import path

from mingzhang.figures import feeds, views

app_name = "figures"
urlpatterns = [
    path("", views.figures, name="list"),
    path("feeds/<slug:pack>/<slug:kind>/", feeds.show, name="feeds"),
    path("<slug:pack>/<slug:figure>/", views.figure, name="figure"),
]
