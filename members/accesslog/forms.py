"""How the access log is narrowed."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from audit.actions import Kind
from common.fields import DayField, PlainForm

KINDS = (
    ("", "Everything"),
    (Kind.LOOKED, "Looked at"),
    (Kind.SEARCHED, "Searched"),
    (Kind.TAKEN, "Printed or exported"),
    (Kind.CHANGED, "Changed"),
)
OWN, BUSINESS, ALL = "own", "member", "all"
ASKED = {
    OWN: ("kind", "ref", "since", "until"),
    BUSINESS: ("kind", "who", "ref", "since", "until"),
    ALL: ("kind", "who", "business", "ref", "since", "until"),
}
"""What each log can be narrowed by."""


class NarrowForm(PlainForm):
    """What of a log is to be seen."""

    kind = forms.ChoiceField(label="What", choices=KINDS, required=False)
    who = forms.CharField(label="Who", max_length=100, required=False)
    business = forms.CharField(label="Business", max_length=100, required=False)
    ref = forms.CharField(
        label="Record or subject",
        max_length=60,
        required=False,
        validators=[
            RegexValidator(r"^[A-Za-z0-9-]+$", "Enter a reference, such as D-0042.", code="ref")
        ],
    )
    since = DayField(label="From", required=False)
    until = DayField(label="Until", required=False)

    def __init__(self, *args: Any, scope: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {name: self.fields[name] for name in ASKED[scope]}
        for name in ("who", "business"):
            if name in self.fields:
                self.fields[name].widget.attrs["placeholder"] = "Part of the name"
        self.fields["ref"].widget.attrs["placeholder"] = "Such as D-0042"

    def clean(self) -> dict[str, Any]:
        """Raise ValidationError beside the end of a time that ends before it begins."""
        found: dict[str, Any] = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if since and until and until < since:
            self.add_error("until", ValidationError("This is before the first day.", code="order"))
        return found
