"""Addresses of the offenders app."""

from django.urls import path

from .views import bulletins, of_age, packs, photos, recognition, record, subjects, viewing

urlpatterns = [
    path("subjects/new/", subjects.subject_new, name="subject_new"),
    path("subjects/<str:ref>/edit/", subjects.subject_edit, name="subject_edit"),
    path("subjects/<str:ref>/photo/", photos.subject_photo, name="subject_photo"),
    path(
        "subjects/<str:ref>/photos/<uuid:name>/",
        photos.subject_photo_edit,
        name="subject_photo_edit",
    ),
    path("subjects/<str:ref>/photos/<uuid:name>/crop/", photos.photo_crop, name="photo_crop"),
    path(
        "subjects/<str:ref>/photos/<uuid:name>/preview/",
        photos.photo_look,
        name="photo_preview",
    ),
    path(
        "subjects/<str:ref>/photos/<uuid:name>/discard/",
        photos.photo_discard_edit,
        name="photo_discard",
    ),
    path("subjects/<str:ref>/photos/<uuid:name>/file/", photos.photo_file, name="photo_file"),
    path("viewing/", viewing.viewing_list, name="viewing_list"),
    path("viewing/<int:pk>/", viewing.viewing, name="viewing"),
    path("subjects/<str:ref>/withdraw/", subjects.subject_withdraw, name="subject_withdraw"),
    path("subjects/<str:ref>/add/<slug:part>/", record.record_add, name="record_add"),
    path(
        "subjects/<str:ref>/remove/<slug:part>/<int:pk>/",
        record.record_remove,
        name="record_remove",
    ),
    path("subjects/<str:ref>/of-age/", of_age.of_age, name="subject_of_age"),
    path("subjects/<str:ref>/known/", recognition.identify, name="subject_identify"),
    path("subjects/<str:ref>/names/<int:pk>/", recognition.recognition, name="recognition"),
    path("gallery/<str:ref>/name/", recognition.profile_name, name="profile_name"),
    path("bulletins/", bulletins.bulletin_list, name="bulletin_list"),
    path("bulletins/<str:ref>/send/", bulletins.bulletin_send_now, name="bulletin_send"),
    path("bulletins/<str:ref>/cancel/", bulletins.bulletin_cancel_page, name="bulletin_cancel"),
    path("bulletins/<str:ref>/discard/", bulletins.bulletin_discard_page, name="bulletin_discard"),
    path("bulletins/<str:ref>/seen/", bulletins.bulletin_seen, name="bulletin_seen"),
    path(
        "bulletins/<str:ref>/deliveries/",
        bulletins.bulletin_deliveries,
        name="bulletin_deliveries",
    ),
    path(
        "bulletins/<str:ref>/deliveries/<int:pk>/bounced/",
        bulletins.bulletin_bounced,
        name="bulletin_bounced",
    ),
    path("bulletins/<str:ref>/pack/", packs.bulletin_pack, name="bulletin_pack"),
    path("bulletins/<str:ref>/readers/", bulletins.bulletin_readers, name="bulletin_readers"),
]
