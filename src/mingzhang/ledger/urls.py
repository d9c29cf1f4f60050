"""The ledger's pages."""

from django.urls import path

from mingzhang.ledger.views import deciding, files, keeping, reading, writing

app_name = "ledger"
urlpatterns = [
    path("", reading.ledger, name="list"),
    path("records/<int:record_id>/", reading.record, name="record"),
    path("review/", deciding.queue, name="queue"),
    path("review/batch/", deciding.batch, name="batch"),
    path("post/", deciding.post_many, name="post_many"),
    path("records/<int:record_id>/pass/", deciding.pass_, name="pass"),
    path("records/<int:record_id>/return/", deciding.return_, name="return"),
    path("records/<int:record_id>/post/", deciding.post, name="post"),
    path("records/<int:record_id>/reverse/", deciding.reverse_, name="reverse"),
    path("entries/<int:seq>/", reading.entry, name="entry"),
    path("records/<int:record_id>/evidence/<int:evidence_id>/", reading.evidence, name="evidence"),
    path("records/<int:record_id>/evidence/<int:evidence_id>/picture/", reading.picture, name="picture"),
    path("records/<int:record_id>/evidence/<int:evidence_id>/preview/", files.preview, name="preview"),
    path("records/<int:record_id>/evidence/<int:evidence_id>/sight/<int:page>/", files.sight, name="sight"),
    path("new/", writing.new, name="new"),
    path("records/<int:record_id>/edit/", writing.edit, name="edit"),
    path("records/<int:record_id>/files/", files.add_file, name="add_file"),
    path("records/<int:record_id>/files/<int:evidence_id>/", files.change_file, name="change_file"),
    path("autosave/", keeping.autosave, name="autosave"),
    path("begin/", keeping.begin, name="begin"),
    path("find/<slug:sort>/", keeping.find, name="find"),
]
