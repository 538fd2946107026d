"""Addresses of joining."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from . import public_views, views

urlpatterns = [
    path("join/", login_not_required(public_views.apply), name="apply"),
    path("join/sent/", login_not_required(public_views.applied), name="applied"),
    path("invited/<str:token>/", login_not_required(public_views.invited), name="invited"),
    path("scheme/people/", views.scheme_people, name="scheme_people"),
    path("members/applications/", views.application_list, name="application_list"),
    path("members/applications/<uuid:name>/", views.application, name="application"),
    path("members/<slug:slug>/people/", views.people, name="people"),
    path("members/<slug:slug>/people/invite/", views.invite, name="invite"),
    path("members/<slug:slug>/people/<uuid:name>/", views.person, name="person"),
    path("members/<slug:slug>/invitations/<uuid:name>/", views.invitation, name="invitation"),
    path("members/<slug:slug>/confirm/", views.details_right, name="details_right"),
]
