"""Addresses of the members app."""

from allauth.account import views as account
from django.contrib.auth.decorators import login_not_required
from django.urls import path

from . import views

urlpatterns = [
    path("sign-in/", login_not_required(account.login), name="account_login"),
    path(
        "sign-in/inactive/", login_not_required(account.account_inactive), name="account_inactive"
    ),
    path("sign-up/", login_not_required(account.signup), name="account_signup"),
    path("sign-out/", login_not_required(account.logout), name="account_logout"),
    path("agreement/", views.agreement, name="agreement"),
    path("me/", views.me, name="me"),
    path("me/log/", views.access_log, name="access_log"),
    path("members/", views.member_list, name="member_list"),
    path("members/<slug:slug>/", views.member_detail, name="member_detail"),
]
