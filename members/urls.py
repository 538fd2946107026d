"""Addresses of the members app."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path

from . import authority_views, mail_views, pipeline_views, views
from .accesslog import views as log_views

urlpatterns = [
    path("", include("members.joining.urls")),
    path("", include("members.money.urls")),
    path("", include("members.signin.urls")),
    path("equipment/", include("members.equipment.urls")),
    path("training/", include("members.training.urls")),
    path("documents/", include("members.documents.urls")),
    path("meetings/", include("members.meetings.urls")),
    path("awards/", include("members.awards.urls")),
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
    path("me/log/", log_views.access_log, name="access_log"),
    path("me/log/file/", log_views.access_log_file, name="access_log_file"),
    path("members/", views.member_list, name="member_list"),
    path("members/pipeline/", pipeline_views.pipeline, name="pipeline"),
    path("members/new/", pipeline_views.member_new, name="member_new"),
    path("members/<slug:slug>/edit/", pipeline_views.member_edit, name="member_edit"),
    path("members/<slug:slug>/step/", pipeline_views.member_step_page, name="member_step"),
    path("members/<slug:slug>/premises/new/", pipeline_views.premises_new, name="premises_new"),
    path(
        "members/<slug:slug>/premises/<uuid:site>/",
        pipeline_views.premises_edit,
        name="premises_edit",
    ),
    path("members/<slug:slug>/contacts/new/", pipeline_views.contact_new, name="contact_new"),
    path(
        "members/<slug:slug>/contacts/<uuid:contact>/",
        pipeline_views.contact_edit,
        name="contact_edit",
    ),
    path(
        "members/<slug:slug>/authority/", authority_views.member_authority, name="member_authority"
    ),
    path("members/<slug:slug>/", views.member_detail, name="member_detail"),
]
