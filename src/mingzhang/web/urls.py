"""Home, what is to be done today, signing in and out, the state of the books, the unit switcher, the search, help,
the set-up, and large type."""

from django.urls import path

from mingzhang.access.views import signing
from mingzhang.web import books, duty_papers, finding_papers, help, inspection_papers, papers, setup, today, views

app_name = "web"
urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", signing.SignIn.as_view(), name="sign_in"),
    path("sign-out/", signing.sign_out, name="sign_out"),
    path("today/", today.today, name="today"),
    path("handbook/<str:username>/docx/", papers.handbook_docx, name="handbook_docx"),
    path("tasks/handed/<int:step_id>/docx/", papers.handed_docx, name="handed_docx"),
    path("duties/list.<slug:form>", duty_papers.duty_list_file, name="duty_list_file"),
    path("findings/<slug:kind>.<slug:form>", finding_papers.finding_list_file, name="finding_list_file"),
    path("findings/<int:finding_id>/sheet.<slug:form>", finding_papers.finding_file, name="finding_file"),
    path("inspections/<int:number>/report.<slug:form>", inspection_papers.inspection_file, name="inspection_file"),
    path("books/", books.books, name="books"),
    path("books/checkpoints/<int:number>/", books.checkpoint, name="checkpoint"),
    path("books/log/", books.log, name="log"),
    path("books/log/<int:seq>/proof/", books.proof, name="proof"),
    path("units/", views.units, name="units"),
    path("search/", views.search, name="search"),
    path("help/", help.help, name="help"),
    path("help/<slug:topic>/", help.help, name="help_topic"),
    path("setup/", setup.setup, name="setup"),
    path("type-size/", views.type_size, name="type_size"),
]
