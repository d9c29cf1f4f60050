"""The reports' pages."""

from django.urls import path

from mingzhang.reports import views

app_name = "reports"
urlpatterns = [
    path("", views.reports, name="list"),
    path("<slug:pack>/<slug:template>/", views.read, name="read"),
    path("<slug:pack>/<slug:template>/numbers/", views.numbers, name="numbers"),
    path("<slug:pack>/<slug:template>/numbers/<int:mark>/", views.number, name="number"),
    path("<slug:pack>/<slug:template>/file.<slug:form>", views.download, name="download"),
]
