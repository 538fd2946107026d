"""The administrator's page for the plan's targets, until the Board edits them itself."""

from django.contrib import admin

from .models import PlanTarget


@admin.register(PlanTarget)
class PlanTargetAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["measure", "baseline", "target", "by"]
