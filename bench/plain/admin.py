"""Django's admin over D-TAC's tables, as who knows it well would set it up.

Each list fetches what it shows in one query, is paged as D-TAC's own, counts what it found and not
also what there is, and its forms look rows up as one types instead of listing thousands.
"""

from functools import cached_property

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import QuerySet

from audit.models import Event
from exclusions.models import Notice
from incidents.models import IncidentType, Involvement, Report
from members.models import Area, Member, Premises, User
from offenders.models import Alias, Photo, Subject


class Plain(admin.AdminSite):
    """An admin of its own: D-TAC's shows no subject data."""


plain = Plain(name="plain")


class Estimated(Paginator):  # type: ignore[type-arg]
    """Pages of a list whose rows are estimated where it shows all: nobody counts millions."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, about."""
        rows = self.object_list
        if not isinstance(rows, QuerySet) or rows.query.where:
            return super().count
        with connection.cursor() as cursor:
            table = rows.model._meta.db_table
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
            return max(0, int(cursor.fetchone()[0]))


class AliasInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Alias
    extra = 0


class PhotoInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Photo
    fk_name = "subject"
    fields = ("original", "source", "may_publish", "is_primary")
    extra = 0


class InvolvementInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Involvement
    fk_name = "report"
    fields = ("subject", "confidence", "part", "description")
    autocomplete_fields = ("subject",)
    extra = 1


@admin.register(Subject, site=plain)
class SubjectAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("ref", "name", "status", "sex", "build", "hair", "created_by")
    list_filter = ("status", "sex", "build")
    search_fields = ("ref", "name", "aliases__name", "description", "marks")
    list_select_related = ("created_by",)
    show_full_result_count = False
    list_per_page = 24
    fields = (
        "ref", "status", "name", "date_of_birth", "age_low", "age_high", "sex", "build", "hair",
        "height", "marks", "description", "mo", "notes",
    )  # fmt: skip
    inlines = (AliasInline, PhotoInline)


@admin.register(Report, site=plain)
class ReportAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("ref", "kind", "type", "member", "area", "occurred_at", "status")
    list_filter = ("status", "kind", "area")
    search_fields = ("ref", "words")
    list_select_related = ("type", "member", "area")
    show_full_result_count = False
    list_per_page = 24
    date_hierarchy = None  # it would count each month of half a million
    autocomplete_fields = ("member", "premises", "reporter")
    fields = (
        "ref", "kind", "client_id", "type", "member", "premises", "area", "reporter",
        "occurred_at", "sent_at", "words", "outcome", "violence", "value_stolen",
        "value_recovered", "status",
    )  # fmt: skip
    inlines = (InvolvementInline,)


@admin.register(Notice, site=plain)
class NoticeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("ref", "subject", "served_at", "ends_on", "service_method")
    list_filter = ("service_method",)
    search_fields = ("ref", "subject__name")
    list_select_related = ("subject",)
    show_full_result_count = False
    list_per_page = 24


@admin.register(Member, site=plain)
class MemberAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "kind", "status", "sector", "area", "joined_on")
    list_filter = ("status", "kind", "sector", "area")
    search_fields = ("name",)
    list_select_related = ("area",)
    show_full_result_count = False
    list_per_page = 24


@admin.register(Event, site=plain)
class EventAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("at", "actor_name", "member_name", "action", "record")
    list_filter = ("is_read",)
    search_fields = ("actor_name", "record")
    show_full_result_count = False
    list_per_page = 50
    paginator = Estimated


@admin.register(Premises, site=plain)
class PremisesAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    search_fields = ("name",)


@admin.register(User, site=plain)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    search_fields = ("name", "email")


plain.register([Area, IncidentType])
