"""Home, signing in and out, the unit switcher, the search, help, and large type."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from mingzhang.web import views

app_name = "web"
urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("units/", views.units, name="units"),
    path("search/", views.search, name="search"),
    path("type-size/", views.type_size, name="type_size"),
]
