"""Addresses of the records app."""

from django.urls import path

from . import hold_views, register_views, views
from .accreditation import views as standard_views
from .bodies import views as bodies
from .breaches import views as breaches
from .complaints import views as complaints
from .privacy import views as privacy
from .requests import views as requests
from .sar import views as access
from .sharing import views as sharing

urlpatterns = [
    path("records/", register_views.records, name="records"),
    path("records/files/<slug:name>.csv", register_views.register_file, name="register_file"),
    path("records/requests/", requests.request_list, name="request_list"),
    path("records/requests/<str:ref>/", requests.rights_request, name="rights_request"),
    path("records/access/", access.access_list, name="access_list"),
    path("records/access/new/", access.access_new, name="access_new"),
    path("records/access/packs/<str:ref>/", access.access_pack, name="access_pack"),
    path("records/access/packs/<str:ref>/pack.pdf", access.access_document, name="access_document"),
    path("records/access/<str:ref>/", access.access_request, name="access_request"),
    path("records/access/<str:ref>/read/<slug:source>/", access.access_read, name="access_read"),
    path("records/access/<str:ref>/items/<int:pk>/", access.access_item, name="access_item"),
    path("records/access/<str:ref>/items/<int:pk>/look/", access.access_look, name="access_look"),
    path("records/complaints/", complaints.complaint_list, name="complaint_list"),
    path("records/complaints/new/", complaints.complaint_new, name="complaint_new"),
    path("records/complaints/<str:ref>/", complaints.complaint, name="complaint"),
    path("records/data-breaches/", breaches.breach_list, name="data_breach_list"),
    path("records/data-breaches/new/", breaches.breach_new, name="data_breach_new"),
    path("records/data-breaches/<str:ref>/", breaches.breach, name="data_breach"),
    path("records/bodies/", bodies.body_list, name="body_list"),
    path("records/bodies/new/", bodies.body_new, name="body_new"),
    path("records/bodies/<int:pk>/", bodies.body_edit, name="body_edit"),
    path("records/sharing/", sharing.share_list, name="share_list"),
    path("records/sharing/new/", sharing.share_new, name="share_new"),
    path("records/sharing/<str:ref>/", sharing.share, name="share"),
    path("records/agreements/", bodies.agreement_list, name="agreement_list"),
    path("records/privacy/", privacy.privacy_list, name="privacy_list"),
    path("subjects/<str:ref>/privacy/", privacy.privacy_new, name="privacy_new"),
    path("subjects/<str:ref>/request/", requests.request_new, name="request_new"),
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
