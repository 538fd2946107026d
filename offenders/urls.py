"""Addresses of the offenders app."""

from django.urls import path

from . import views

urlpatterns = [
    path("subjects/new/", views.subject_new, name="subject_new"),
    path("subjects/<str:ref>/edit/", views.subject_edit, name="subject_edit"),
    path("subjects/<str:ref>/photo/", views.subject_photo, name="subject_photo"),
    path(
        "subjects/<str:ref>/photos/<uuid:name>/",
        views.subject_photo_edit,
        name="subject_photo_edit",
    ),
    path("subjects/<str:ref>/withdraw/", views.subject_withdraw, name="subject_withdraw"),
    path("bulletins/", views.bulletin_list, name="bulletin_list"),
    path("bulletins/new/", views.bulletin_new, name="bulletin_new"),
    path("bulletins/<str:ref>/send/", views.bulletin_send_now, name="bulletin_send"),
]
