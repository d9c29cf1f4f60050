"""The ledger's pages."""

from django.urls import path

from mingzhang.ledger.views import reading

app_name = "ledger"
urlpatterns = [
    path("", reading.ledger, name="list"),
    path("records/<int:record_id>/", reading.record, name="record"),
    path("entries/<int:seq>/", reading.entry, name="entry"),
    path("records/<int:record_id>/evidence/<int:evidence_id>/", reading.evidence, name="evidence"),
    path("records/<int:record_id>/evidence/<int:evidence_id>/picture/", reading.picture, name="picture"),
]
