"""Every address of the system. tests/rights.py states who may open each."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.urls import include, path

from dtac.pages import (
    alerts,
    associates,
    bulletin_compose,
    bulletins,
    business,
    csp_report,
    engagement,
    evidence,
    gallery,
    health,
    home,
    intelligence,
    log,
    merge,
    network,
    patterns,
    phone,
    photos,
    police_pack,
    publish,
    queue,
    reports,
    review,
    series,
    subjects,
    top_ten,
)

# One way in for everybody, with its limits and its log.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
# Second factors are reset by a service that logs it and tells the person, never here.
# An address is the user's own, by invitation.
for unused in (Authenticator, EmailAddress):
    if admin.site.is_registered(unused):
        admin.site.unregister(unused)

handler429 = "dtac.pages.errors.too_many"  # the sign-in library asks for it

urlpatterns = [
    path("", home.home, name="home"),
    path("healthz/", health.healthz, name="healthz"),
    path("readyz/", health.readyz, name="readyz"),
    path("csp-report/", csp_report.csp_report, name="csp_report"),
    path("gallery/", gallery.gallery, name="gallery"),
    path("gallery/<str:ref>/", gallery.profile, name="profile"),
    path("photos/<uuid:name>/<slug:size>/", photos.photo, name="photo"),
    path("log/", log.log, name="log"),
    path("log/who/", log.log_who, name="log_who"),
    path("log/where/", log.log_where, name="log_where"),
    path("log/phone/", phone.phone, name="log_phone"),
    path("log/offline/", phone.offline, name="log_offline"),
    path("sw.js", phone.service_worker, name="service_worker"),
    path("manifest.webmanifest", phone.manifest, name="manifest"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/new/", alerts.alert_new, name="alert_new"),
    path("alerts/poll/", alerts.alert_poll, name="alert_poll"),
    path("alerts/push/", alerts.alert_push, name="alert_push"),
    path("alerts/<str:ref>/withdraw/", alerts.alert_withdraw_page, name="alert_withdraw"),
    path("reports/", reports.report_list, name="report_list"),
    path("reports/<str:ref>/", reports.report, name="report"),
    path("reports/<str:ref>/edit/", log.report_edit, name="report_edit"),
    path("reports/<str:ref>/answer/", reports.report_answer, name="report_answer"),
    path("reports/<str:ref>/review/", review.report_review, name="report_review"),
    path("reports/<str:ref>/police-pack/", police_pack.police_pack, name="police_pack"),
    path("reports/<str:ref>/link/", review.report_link, name="report_link"),
    path("reports/<str:ref>/rule-out/", review.report_rule_out, name="report_rule_out"),
    path("reports/<str:ref>/merge/", review.report_merge_view, name="report_merge"),
    path("reports/<str:ref>/ask/", review.report_ask, name="report_ask"),
    path("reports/<str:ref>/undo/", review.report_undo, name="report_undo"),
    path("intelligence/", intelligence.intelligence_list, name="intelligence_list"),
    path("intelligence/new/", intelligence.intelligence_new, name="intelligence_new"),
    path("intelligence/<str:ref>/", intelligence.intelligence, name="intelligence"),
    path(
        "intelligence/<str:ref>/grade/",
        intelligence.intelligence_grade_view,
        name="intelligence_grade",
    ),
    path(
        "intelligence/<str:ref>/reject/",
        intelligence.intelligence_reject_view,
        name="intelligence_reject",
    ),
    path(
        "intelligence/<str:ref>/share/",
        intelligence.intelligence_share_view,
        name="intelligence_share",
    ),
    path(
        "intelligence/<str:ref>/withdraw/",
        intelligence.intelligence_withdraw_view,
        name="intelligence_withdraw",
    ),
    path("evidence/<uuid:name>/", evidence.exhibit, name="exhibit"),
    path("evidence/<uuid:name>/check/", evidence.exhibit_check, name="exhibit_check"),
    path("evidence/<uuid:name>/file/", evidence.exhibit_file, name="exhibit_file"),
    path("queue/", queue.queue, name="queue"),
    path("patterns/", patterns.patterns, name="patterns"),
    path("series/", series.series, name="series"),
    path("business/", business.business, name="business"),
    path("members/engagement/", engagement.engagement, name="engagement"),
    path("members/<slug:slug>/figures/", business.member_figures, name="member_figures"),
    path("", include("incidents.urls")),
    path("subjects/", subjects.subject_list, name="subject_list"),
    path("subjects/doubles/", merge.double_list, name="double_list"),
    path("subjects/<str:ref>/merge/", merge.subject_merge, name="subject_merge"),
    path("subjects/<str:ref>/apart/", merge.subject_apart, name="subject_apart"),
    path("subjects/<str:ref>/merges/<int:pk>/undo/", merge.subject_unmerge, name="subject_unmerge"),
    path("subjects/top-ten/", top_ten.top_ten, name="top_ten"),
    path("subjects/<str:ref>/top-ten/", top_ten.choose, name="top_ten_choose"),
    path("subjects/<str:ref>/top-ten/lift/", top_ten.lift, name="top_ten_lift"),
    path("subjects/<str:ref>/add/associates/", associates.associate_add, name="associate_add"),
    path("subjects/<str:ref>/network/", network.subject_network, name="subject_network"),
    path("bulletins/new/", bulletin_compose.bulletin_new, name="bulletin_new"),
    path("", include("offenders.urls")),
    path("bulletins/<str:ref>/", bulletins.bulletin, name="bulletin"),
    path("bulletins/<str:ref>/edit/", bulletin_compose.bulletin_edit, name="bulletin_edit"),
    path("bulletins/<str:ref>/schedule/", bulletins.schedule, name="bulletin_schedule"),
    path("subjects/<str:ref>/", subjects.subject, name="subject"),
    path("subjects/<str:ref>/publish/", publish.subject_publish, name="subject_publish"),
    path("", include("records.urls")),
    path("", include("exclusions.urls")),
    path("", include("members.urls")),
    path("", include("board.urls")),
    path("", include("imports.urls")),
    path("admin/", admin.site.urls),
]
