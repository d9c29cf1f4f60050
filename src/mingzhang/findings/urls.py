"""The pages of findings, and of what came of a sheet."""

from django.urls import path

from mingzhang.findings.views import came, files, finding, lists, people, reporting

app_name = "findings"
urlpatterns = [
    path("", lists.findings, name="list"),
    path("board/", lists.board, name="board"),
    path("waiting/", lists.waiting, name="waiting"),
    path("assign/", lists.assign_many, name="assign_many"),
    path("people/", people.people, name="people"),
    path("new/", reporting.new, name="new"),
    path("of/<int:record_id>/", came.came_of, name="came_of"),
    path("matters/<int:matter_id>/<slug:verb>/", came.decide, name="decide_matter"),
    path("<int:finding_id>/", finding.finding, name="finding"),
    path("<int:finding_id>/files/<slug:stage>/", files.attach, name="attach"),
    path("<int:finding_id>/file/<int:use_id>/", files.file, name="file"),
    path("<int:finding_id>/file/<int:use_id>/picture/", files.picture, name="picture"),
    path("<int:finding_id>/measures/<int:measure_id>/", finding.finish, name="finish"),
    path("<int:finding_id>/<slug:verb>/", finding.decide, name="decide"),
]
