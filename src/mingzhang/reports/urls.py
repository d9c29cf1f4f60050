"""The reports' pages."""

from django.urls import path

from mingzhang.reports.views import bundles, previews, reading, steps, writing

app_name = "reports"
urlpatterns = [
    path("", reading.reports, name="list"),
    path("create/", writing.create, name="create"),
    path("<int:number>/", reading.report, name="report"),
    path("<int:number>/numbers/", reading.numbers, name="report_numbers"),
    path("<int:number>/numbers/<int:mark>/", reading.number, name="report_number"),
    path("<int:number>/compare/", reading.compare, name="compare"),
    path("<int:number>/versions/", reading.versions, name="versions"),
    path("<int:number>/changes/", reading.changes, name="changes"),
    path("<int:number>/file.<slug:form>", reading.file, name="file"),
    path("<int:number>/bundle.json", bundles.bundle, name="bundle"),
    path("verify_bundle.py", bundles.verifier, name="verifier"),
    path("<int:number>/head/", writing.head, name="head"),
    path("<int:number>/blocks/<slug:block>/", writing.block, name="block"),
    path("<int:number>/typed/<int:ordinal>/", writing.typed, name="typed"),
    path("<int:number>/comments/", writing.comment, name="comment"),
    path("<int:number>/comments/<int:comment>/", writing.resolve, name="resolve"),
    path("<int:number>/do/<slug:verb>/", steps.step, name="step"),
    path("<slug:pack>/<slug:template>/", previews.read, name="read"),
    path("<slug:pack>/<slug:template>/numbers/", previews.numbers, name="numbers"),
    path("<slug:pack>/<slug:template>/numbers/<int:mark>/", previews.number, name="number"),
    path("<slug:pack>/<slug:template>/file.<slug:form>", previews.download, name="download"),
]
