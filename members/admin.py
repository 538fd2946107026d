"""The administrator's pages: accounts and reference data only, no subject data."""

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group

from .models import Agreement, Area, Member, Premises, User

# Rights are by role, and an address is the user's own: neither is edited here.
for unused in (Group, EmailAddress):
    if admin.site.is_registered(unused):
        admin.site.unregister(unused)


@admin.register(Area)
class AreaAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["name", "slug", "position"]


@admin.register(Agreement)
class AgreementAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["version", "title", "effective_on"]

    def has_change_permission(self, request: object, obj: Agreement | None = None) -> bool:
        """A version's words stay as they are: a change is a new version."""
        return False

    def has_delete_permission(self, request: object, obj: Agreement | None = None) -> bool:
        """A version that people accepted stays."""
        return False


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Looks, doesn't touch: changes go through services, which log them."""

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(Member)
class MemberAdmin(ReadOnlyAdmin):
    list_display = ["name", "kind", "status", "sector", "area"]
    list_filter = ["status", "kind"]
    search_fields = ["name"]
    list_select_related = ["area"]


@admin.register(Premises)
class PremisesAdmin(ReadOnlyAdmin):
    list_display = ["name", "member", "area", "postcode"]
    list_select_related = ["member", "area"]


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    list_display = ["name", "email", "member", "role", "is_active", "last_login"]
    list_filter = ["role", "is_active"]
    search_fields = ["name", "email"]
    list_select_related = ["member"]
    exclude = ["password"]
