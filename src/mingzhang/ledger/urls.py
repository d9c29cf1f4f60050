"""The ledger's pages."""

from django.urls import path

from mingzhang.ledger import views

app_name = "ledger"
urlpatterns = [
    path("", views.ledger, name="list"),
    path("records/<int:record_id>/", views.record, name="record"),
    path("entries/<int:seq>/", views.entry, name="entry"),
    path("records/<int:record_id>/evidence/<int:evidence_id>/", views.evidence, name="evidence"),
    path("records/<int:record_id>/evidence/<int:evidence_id>/picture/", views.picture, name="picture"),
]
