"""Addresses of signing in."""

from allauth.account import views as account
from django.contrib.auth.decorators import login_not_required
from django.urls import path

from . import own_password, views

urlpatterns = [
    path("sign-in/", login_not_required(views.sign_in), name="account_login"),
    path(
        "sign-in/inactive/", login_not_required(account.account_inactive), name="account_inactive"
    ),
    path("sign-in/second/", login_not_required(views.second_step), name="mfa_authenticate"),
    path("sign-in/again/", views.prove, name="prove"),
    path("sign-up/", login_not_required(account.signup), name="account_signup"),
    path("sign-out/", login_not_required(account.logout), name="account_logout"),
    path("me/password/", own_password.own_password, name="own_password"),
    path("me/sessions/", views.sessions, name="sessions"),
    path("me/second-factor/", views.second_factor, name="second_factor"),
    path("me/second-factor/app/", views.second_factor_app, name="second_factor_app"),
    path("me/second-factor/passkey/", views.second_factor_passkey, name="second_factor_passkey"),
    path("me/second-factor/codes/", views.second_factor_codes, name="second_factor_codes"),
]
