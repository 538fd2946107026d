"""Addresses of the records app."""

from django.urls import path

from . import hold_views, views
from .accreditation import views as standard_views

urlpatterns = [
    path("records/retention/", views.retention, name="retention"),
    path("records/retention/rules/<str:kind>/", views.rule_edit, name="retention_rule"),
    path("records/retention/nights/<str:day>/", views.night, name="night"),
    path("records/standards/", standard_views.standards, name="standards"),
    path("records/standards/new/", standard_views.standard_new, name="standard_new"),
    path("records/standards/<int:pk>/", standard_views.standard, name="standard"),
    path("records/standards/pack.zip", standard_views.standards_pack, name="standards_pack"),
    path("records/deleted/", views.deleted_list, name="deleted_list"),
    path("records/holds/", hold_views.hold_list, name="hold_list"),
    path("records/holds/<int:pk>/", hold_views.hold, name="hold"),
    path("subjects/<str:ref>/hold/", hold_views.hold_new, name="hold_new"),
    path("subjects/<str:ref>/put-off/", hold_views.subject_put_off, name="subject_put_off"),
]
