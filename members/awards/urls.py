"""Addresses of awards."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.award_list, name="award_list"),
    path("apply/", views.award_bid, name="award_bid"),
    path("kinds/", views.award_kinds, name="award_kinds"),
    path("kinds/new/", views.award_new, name="award_new"),
    path("kinds/<slug:slug>/", views.award_edit, name="award_edit"),
    path("<str:ref>/certificate.pdf", views.award_certificate, name="award_certificate"),
    path("<str:ref>/assess/", views.award_assess, name="award_assess"),
    path("<str:ref>/refuse/", views.award_refusal, name="award_refusal"),
    path("<str:ref>/", views.award_entry, name="award_entry"),
]
