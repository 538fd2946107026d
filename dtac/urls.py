"""Every address of the system. tests/rights.py states who may open each."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from dtac.pages import bulletins, gallery, health, home, photos, queue, reports, subjects

# One way in for everybody, with its limits and its log.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", home.home, name="home"),
    path("healthz/", health.healthz, name="healthz"),
    path("readyz/", health.readyz, name="readyz"),
    path("gallery/", gallery.gallery, name="gallery"),
    path("gallery/<str:ref>/", gallery.profile, name="profile"),
    path("photos/<uuid:name>/<slug:size>/", photos.photo, name="photo"),
    path("log/", reports.log, name="log"),
    path("log/who/", reports.log_who, name="log_who"),
    path("reports/", reports.report_list, name="report_list"),
    path("reports/<str:ref>/", reports.report, name="report"),
    path("reports/<str:ref>/review/", reports.report_review, name="report_review"),
    path("reports/<str:ref>/link/", reports.report_link, name="report_link"),
    path("queue/", queue.queue, name="queue"),
    path("subjects/", subjects.subject_list, name="subject_list"),
    path("", include("offenders.urls")),
    path("bulletins/<str:ref>/", bulletins.bulletin, name="bulletin"),
    path("subjects/<str:ref>/", subjects.subject, name="subject"),
    path("subjects/<str:ref>/publish/", subjects.subject_publish, name="subject_publish"),
    path("", include("exclusions.urls")),
    path("", include("members.urls")),
    path("", include("board.urls")),
    path("admin/", admin.site.urls),
]
