"""Addresses of equipment."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.equipment_list, name="equipment_list"),
    path("new/", views.equipment_new, name="equipment_new"),
    path("coverage/", views.equipment_cover, name="equipment_cover"),
    path("<str:ref>/", views.equipment_item, name="equipment_item"),
    path("<str:ref>/edit/", views.equipment_edit, name="equipment_edit"),
    path("<str:ref>/lend/", views.equipment_lend, name="equipment_lend"),
    path("<str:ref>/loan/", views.equipment_loan, name="equipment_loan"),
    path("<str:ref>/where/", views.equipment_move, name="equipment_move"),
    path("<str:ref>/fault/", views.equipment_fault, name="equipment_fault"),
    path("<str:ref>/faults/<int:fault>/", views.equipment_settle, name="equipment_settle"),
    path("<str:ref>/check/", views.equipment_check, name="equipment_check"),
]
