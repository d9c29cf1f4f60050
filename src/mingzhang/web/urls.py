"""Home, signing in and out, the unit switcher, the search, help, the set-up, and large type."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from mingzhang.web import help, setup, views

app_name = "web"
urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("units/", views.units, name="units"),
    path("search/", views.search, name="search"),
    path("help/", help.help, name="help"),
    path("help/<slug:topic>/", help.help, name="help_topic"),
    path("setup/", setup.setup, name="setup"),
    path("password/", setup.password, name="password"),
    path("type-size/", views.type_size, name="type_size"),
]
