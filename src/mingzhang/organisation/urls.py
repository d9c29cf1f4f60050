"""The settings pages."""

from django.urls import path

from mingzhang.organisation.views import calendar, overview, packs, people, units

app_name = "organisation"
urlpatterns = [
    path("", overview.settings, name="settings"),
    path("roles/", overview.roles, name="roles"),
    path("units/", units.units, name="units"),
    path("units/<str:code>/", units.unit, name="unit"),
    path("units/<str:code>/<slug:verb>/", units.unit_act, name="unit_act"),
    path("posts/<int:post_id>/<slug:verb>/", units.post_act, name="post_act"),
    path("appointments/<int:appointment_id>/<slug:verb>/", units.appointment_act, name="appointment_act"),
    path("people/", people.people, name="people"),
    path("new-person/", people.person_add, name="person_add"),
    path("people/<str:username>/", people.person, name="person"),
    path("people/<str:username>/<slug:verb>/", people.person_act, name="person_act"),
    path("choices/<slug:sort>/", people.choices, name="choices"),
    path("calendar/", calendar.this_year, name="calendar"),
    path("calendar/<int:year>/", calendar.year, name="calendar_year"),
    path("calendar/import/", calendar.import_, name="calendar_import"),
    path("packs/", packs.packs, name="packs"),
    path("packs/upload/", packs.upload, name="upload"),
    path("packs/<str:pack_id>/<str:version>/", packs.pack, name="pack"),
    path("packs/<str:pack_id>/<str:version>/adopt/", packs.adopt, name="adopt"),
]
