"""Addresses of the exclusions app."""

from django.urls import path

from . import views

urlpatterns = [
    path("exclusions/", views.notice_list, name="notice_list"),
    path("exclusions/<str:ref>/", views.notice, name="notice"),
    path("exclusions/<str:ref>/serve/", views.notice_serve, name="notice_serve"),
    path("exclusions/<str:ref>/revoke/", views.notice_revoke_page, name="notice_revoke"),
    path("subjects/<str:ref>/exclude/", views.notice_raise_page, name="notice_raise"),
]
