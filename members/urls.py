"""Addresses of the members app."""

from allauth.account import views as account
from django.contrib.auth.decorators import login_not_required
from django.urls import path

from . import authority_views, mail_views, views

urlpatterns = [
    path("sign-in/", login_not_required(account.login), name="account_login"),
    path(
        "sign-in/inactive/", login_not_required(account.account_inactive), name="account_inactive"
    ),
    path("sign-up/", login_not_required(account.signup), name="account_signup"),
    path("sign-out/", login_not_required(account.logout), name="account_logout"),
    path("agreement/", views.agreement, name="agreement"),
    path("me/", views.me, name="me"),
    path("me/mail/", mail_views.mail_choices, name="mail_choices"),
    path(
        "mail/stop/<str:token>/",
        login_not_required(mail_views.mail_stop),
        name="mail_stop",
    ),
    path("mail/bounced/", mail_views.bounce_list, name="bounce_list"),
    path("mail/bounced/<int:pk>/clear/", mail_views.bounce_clear_page, name="bounce_clear"),
    path("scheme/", mail_views.scheme_settings, name="scheme_settings"),
    path("me/log/", views.access_log, name="access_log"),
    path("members/", views.member_list, name="member_list"),
    path(
        "members/<slug:slug>/authority/", authority_views.member_authority, name="member_authority"
    ),
    path("members/<slug:slug>/", views.member_detail, name="member_detail"),
]
