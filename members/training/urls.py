"""Addresses of training."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.session_list, name="session_list"),
    path("people/", views.trained_people, name="trained_people"),
    path("courses/", views.course_list, name="course_list"),
    path("courses/new/", views.course_new, name="course_new"),
    path("courses/<slug:slug>/", views.course_edit, name="course_edit"),
    path("sessions/new/", views.session_new, name="session_new"),
    path("sessions/<str:ref>/", views.session_page, name="session"),
    path("sessions/<str:ref>/edit/", views.session_edit, name="session_edit"),
    path("sessions/<str:ref>/book/", views.session_book, name="session_book"),
    path("certificates/<str:number>.pdf", views.certificate, name="certificate"),
]
