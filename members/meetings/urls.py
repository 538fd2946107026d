"""Addresses of meetings."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.meeting_list, name="meeting_list"),
    path("new/", views.meeting_new, name="meeting_new"),
    path("<str:ref>/", views.meeting, name="meeting"),
    path("<str:ref>/edit/", views.meeting_edit, name="meeting_edit"),
    path("<str:ref>/people/", views.meeting_people, name="meeting_people"),
    path("<str:ref>/people/add/", views.meeting_add, name="meeting_add"),
    path("<str:ref>/minutes/", views.meeting_minutes, name="meeting_minutes"),
    path("<str:ref>/minutes/take-out/", views.meeting_blank, name="meeting_blank"),
    path("<str:ref>/minutes/approve/", views.meeting_approve, name="meeting_approve"),
]
