"""Home, signing in and out, the state of the books, the unit switcher, and large type."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from mingzhang.web import books, views

app_name = "web"
urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("books/", books.books, name="books"),
    path("books/checkpoints/<int:number>/", books.checkpoint, name="checkpoint"),
    path("books/log/", books.log, name="log"),
    path("books/log/<int:seq>/proof/", books.proof, name="proof"),
    path("units/", views.units, name="units"),
    path("type-size/", views.type_size, name="type_size"),
]
