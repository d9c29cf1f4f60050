"""The pages of inspections; those under `open/` are for everybody."""

from django.urls import path

from mingzhang.inspections.views import (
    doing,
    draws,
    onsite,
    open,
    plans,
    results,
    rounds,
    self_checks,
    syncing,
)

app_name = "inspections"
urlpatterns = [
    path("inspections/", plans.inspections, name="list"),
    path("inspections/new/", plans.new, name="new"),
    path("inspections/verify_draw.py", draws.verifier, name="verifier"),
    path("inspections/onsite/", onsite.shell, name="onsite"),
    path("inspections/onsite/worker.js", onsite.worker, name="onsite_worker"),
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
    path("inspections/self-check/", self_checks.new, name="self_check"),
    path("inspections/honesty/", self_checks.honesty, name="honesty"),
    path("inspections/honesty.xlsx", self_checks.honesty_file, name="honesty_file"),
    path("inspections/rounds/", rounds.rounds, name="rounds"),
    path("inspections/rounds/<int:number>/", rounds.round, name="round"),
    path("inspections/rounds/<int:number>/do/<slug:verb>/", rounds.act, name="round_act"),
    path("inspections/rounds/<int:number>/pictures/<uuid:op>.jpg", rounds.picture, name="picture"),
    path("inspections/rounds/<int:number>/sync/", syncing.sync, name="sync"),
    path("inspections/rounds/<int:number>/photos/", syncing.photo, name="photo"),
    path("open/inspections/", open.inspections, name="open"),
    path("open/inspections/verify_draw.py", open.verifier, name="open_verifier"),
    path("open/inspections/<int:number>/", open.inspection, name="open_inspection"),
    path("open/inspections/<int:number>/<slug:name>.<slug:form>", open.result, name="open_result"),
    path("open/inspections/<int:number>/draws/<int:turn>/", open.draw, name="open_draw"),
    path("open/inspections/<int:number>/draws/<int:turn>/draw.json", open.document, name="open_document"),
]
