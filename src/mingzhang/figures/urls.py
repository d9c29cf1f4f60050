"""The figures' pages."""

from django.urls import path

from mingzhang.figures import views

app_name = "figures"
urlpatterns = [
    path("", views.figures, name="list"),
    path("<slug:pack>/<slug:figure>/", views.figure, name="figure"),
]
