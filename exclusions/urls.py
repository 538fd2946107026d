"""Addresses of the exclusions app."""

from django.urls import path, re_path

from . import (
    appeal_views,
    case_views,
    pack_views,
    policy_views,
    register_views,
    signed_views,
    spot_views,
    views,
)

urlpatterns = [
    path("exclusions/", views.notice_list, name="notice_list"),
    path("exclusions/register/", register_views.register, name="exclusion_register"),
    re_path(
        r"^exclusions/register\.(?P<kind>csv|ods)$",
        register_views.register_export,
        name="register_export",
    ),
    path("exclusions/policy/", policy_views.policy, name="exclusion_policy"),
    path("exclusions/premises/", policy_views.premises_list, name="premises_list"),
    path("appeals/", appeal_views.appeal_list, name="appeal_list"),
    path("appeals/<str:ref>/", appeal_views.appeal, name="appeal"),
    path("appeals/<str:ref>/<slug:which>.pdf", appeal_views.appeal_letter, name="appeal_letter"),
    path("exclusions/<str:ref>/appeal/", appeal_views.appeal_new, name="appeal_new"),
    path("rules/", policy_views.rules, name="exclusion_rules"),
    path("rules/premises/", policy_views.rules_premises, name="exclusion_rules_premises"),
    path("exclusions/on-the-spot/", spot_views.on_the_spot, name="on_the_spot"),
    path("exclusions/numbers/", spot_views.numbers, name="spot_numbers"),
    path("exclusions/numbers/<str:ref>/notice.pdf", spot_views.number_blank, name="number_blank"),
    path(
        "exclusions/numbers/<str:ref>/take-back/", spot_views.number_take_back, name="number_void"
    ),
    path("exclusions/<str:ref>/confirm/", spot_views.notice_confirm_page, name="notice_confirm"),
    path("exclusions/<str:ref>/let-go/", spot_views.notice_let_go_page, name="notice_let_go"),
    path("exclusions/<str:ref>/breaches/<str:report>/", spot_views.breach_step, name="breach_step"),
    path("exclusions/<str:ref>/notice.pdf", views.notice_document, name="notice_document"),
    path("exclusions/<str:ref>/", views.notice, name="notice"),
    path("exclusions/<str:ref>/serve/", views.notice_serve, name="notice_serve"),
    path("exclusions/<str:ref>/attempt/", views.notice_attempt, name="notice_attempt"),
    path("exclusions/<str:ref>/signed/", signed_views.signed_copies, name="signed_copies"),
    path("exclusions/<str:ref>/signed/<int:number>/", signed_views.signed_copy, name="signed_copy"),
    path("exclusions/<str:ref>/vary/", views.notice_vary_page, name="notice_vary"),
    path("exclusions/<str:ref>/revoke/", views.notice_revoke_page, name="notice_revoke"),
    path("cases/", case_views.case_list, name="case_list"),
    path("cases/<str:ref>/", case_views.case, name="case"),
    path("cases/<str:ref>/edit/", case_views.case_edit, name="case_edit"),
    path("cases/<str:ref>/incidents/", case_views.case_pick_page, name="case_pick"),
    path("cases/<str:ref>/incidents/<str:report>/", case_views.case_incident, name="case_incident"),
    path("cases/<str:ref>/statements/new/", case_views.statement_new, name="statement_new"),
    path("cases/<str:ref>/statements/<int:pk>/", case_views.statement_edit, name="statement_edit"),
    path("cases/<str:ref>/close/", case_views.case_close_page, name="case_close"),
    path("cases/<str:ref>/pack/", case_views.case_pack, name="case_pack"),
    path("packs/<str:ref>/", pack_views.evidence_pack, name="evidence_pack"),
    path("packs/<str:ref>/pack.pdf", pack_views.pack_document, name="pack_document"),
    path("packs/<str:ref>/share/", pack_views.pack_share, name="pack_share"),
    path("subjects/<str:ref>/case/", case_views.case_new, name="case_new"),
    path("subjects/<str:ref>/exclude/", views.notice_raise_page, name="notice_raise"),
]
