"""The pages of inspections; those under `open/` are for everybody."""

from django.urls import path

from mingzhang.inspections.views import doing, draws, open, plans, results, syncing

app_name = "inspections"
urlpatterns = [
    path("inspections/", plans.inspections, name="list"),
    path("inspections/new/", plans.new, name="new"),
    path("inspections/verify_draw.py", draws.verifier, name="verifier"),
    path("inspections/<int:number>/", plans.inspection, name="inspection"),
    path("inspections/<int:number>/change/", plans.change, name="change"),
    path("inspections/<int:number>/checklist/", plans.checklist, name="checklist"),
    path("inspections/<int:number>/result/", results.result, name="result"),
    path("inspections/<int:number>/result/counted/", results.counted, name="counted"),
    path("inspections/<int:number>/do/<slug:verb>/", doing.move, name="move"),
    path("inspections/<int:number>/draws/<int:turn>/", draws.draw, name="draw"),
    path("inspections/<int:number>/draws/<int:turn>/pool/", draws.pool, name="pool"),
    path("inspections/<int:number>/draws/<int:turn>/draw.json", draws.document, name="document"),
    path("inspections/<int:number>/draws/<int:turn>/do/<slug:verb>/", doing.act, name="act"),
    path("inspections/onsite/rounds.json", syncing.rounds, name="onsite_rounds"),
    path("inspections/rounds/<int:number>/sync/", syncing.sync, name="sync"),
    path("inspections/rounds/<int:number>/photos/", syncing.photo, name="photo"),
    path("open/inspections/", open.inspections, name="open"),
    path("open/inspections/verify_draw.py", open.verifier, name="open_verifier"),
    path("open/inspections/<int:number>/", open.inspection, name="open_inspection"),
    path("open/inspections/<int:number>/draws/<int:turn>/", open.draw, name="open_draw"),
    path("open/inspections/<int:number>/draws/<int:turn>/draw.json", open.document, name="open_document"),
]
