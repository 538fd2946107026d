"""Addresses of the exclusions app."""

from django.urls import path

from . import policy_views, views

urlpatterns = [
    path("exclusions/", views.notice_list, name="notice_list"),
    path("exclusions/policy/", policy_views.policy, name="exclusion_policy"),
    path("exclusions/premises/", policy_views.premises_list, name="premises_list"),
    path("rules/", policy_views.rules, name="exclusion_rules"),
    path("rules/premises/", policy_views.rules_premises, name="exclusion_rules_premises"),
    path("exclusions/<str:ref>/notice.pdf", views.notice_document, name="notice_document"),
    path("exclusions/<str:ref>/", views.notice, name="notice"),
    path("exclusions/<str:ref>/serve/", views.notice_serve, name="notice_serve"),
    path("exclusions/<str:ref>/attempt/", views.notice_attempt, name="notice_attempt"),
    path("exclusions/<str:ref>/revoke/", views.notice_revoke_page, name="notice_revoke"),
    path("subjects/<str:ref>/exclude/", views.notice_raise_page, name="notice_raise"),
]
