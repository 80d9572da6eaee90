"""The way in and out. Of allauth's pages only those that a house without passwords needs."""

from allauth.account.views import account_inactive, logout
from django.urls import path

from accounts import views

urlpatterns = [
    path("login/", views.sign_in, name="account_login"),
    path("login/code/", views.enter_code, name="account_confirm_login_code"),
    path("login/code/new/", views.send_new_code, name="account_send_new_code"),
    # Names under which allauth itself asks for the way in.
    path("signup/", views.sign_in, name="account_signup"),
    path("code/", views.sign_in, name="account_request_login_code"),
    path("logout/", logout, name="account_logout"),
    path("inactive/", account_inactive, name="account_inactive"),
    path("profile/", views.profile, name="account_profile"),
]
