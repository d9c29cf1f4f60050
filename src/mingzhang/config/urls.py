"""The address book of the site."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from mingzhang.access import urls as access

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("mingzhang.web.urls")),
    path("", include("mingzhang.access.urls")),
    *access.machinery,
    path("language/", set_language, name="set_language"),
    path("settings/", include("mingzhang.organisation.urls")),
    path("ledger/", include("mingzhang.ledger.urls")),
    path("", include("mingzhang.duties.urls")),
    path("findings/", include("mingzhang.findings.urls")),
    path("", include("mingzhang.inspections.urls")),
    path("figures/", include("mingzhang.figures.urls")),
    path("reports/", include("mingzhang.reports.urls")),
    path("notices/", include("mingzhang.notifications.urls")),
    path("books/jobs/", include("mingzhang.jobs.urls")),
]

handler400 = "mingzhang.web.refusals.bad_request"
handler403 = "mingzhang.web.refusals.not_allowed"
handler404 = "mingzhang.web.refusals.not_found"
handler500 = "mingzhang.web.refusals.server_error"
