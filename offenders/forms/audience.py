"""For whom something is published, as a form asks it."""

from typing import Any

from django import forms

from members.audience import AudienceKind
from members.models import Area, Member


class AudienceFields(forms.Form):
    """Mixin: for whom something is published."""

    audience = forms.ChoiceField(
        label="For whom",
        choices=AudienceKind,
        initial=AudienceKind.ALL,
        widget=forms.RadioSelect,
    )
    audience_areas = forms.ModelMultipleChoiceField(
        label="Areas",
        required=False,
        queryset=Area.objects.all(),
        widget=forms.CheckboxSelectMultiple,
    )
    audience_sectors = forms.MultipleChoiceField(
        label="Sectors",
        required=False,
        choices=Member.Sector,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the areas or sectors where they are what limits the audience."""
        data = super().clean() or {}
        if data.get("audience") == AudienceKind.AREAS and not data.get("audience_areas"):
            self.add_error("audience_areas", "Choose at least one area.")
        if data.get("audience") == AudienceKind.SECTORS and not data.get("audience_sectors"):
            self.add_error("audience_sectors", "Choose at least one sector.")
        return data

    def audience_values(self) -> dict[str, Any]:
        """Return the fields of WithAudience."""
        data = self.cleaned_data
        kind = data["audience"]
        areas = [area.pk for area in data["audience_areas"]] if kind == AudienceKind.AREAS else []
        sectors = list(data["audience_sectors"]) if kind == AudienceKind.SECTORS else []
        return {"audience": kind, "audience_areas": areas, "audience_sectors": sectors}
