"""What is asked before somebody is excluded, as part of a form."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from offenders.models import Subject
from offenders.publication import needs_override

from .models import Notice
from .services import Asked

YOUNG_FIELDS = ("young_reason", "young_guardian", "young_safeguarding")


def _words(label: str, limit: int, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=limit,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=help_text,
    )


class YoungForm(forms.Form):
    """What is asked of somebody under 18, or perhaps so: three things, needed then, else none."""

    young_reason = _words("Why this is right for somebody who is under 18 or may be", 500)
    young_guardian = _words("Parent or guardian told: who, when, by whom", 300)
    young_safeguarding = _words("Safeguarding: who was asked, and what they said", 500)

    def __init__(self, *args: Any, subject: Subject, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.is_young = needs_override(subject)
        for name in YOUNG_FIELDS:
            if self.is_young:
                self.fields[name].required = True
                self.fields[name].error_messages["required"] = "This is needed for them."
            else:
                del self.fields[name]

    def young(self) -> dict[str, str]:
        """Return the answers of this valid form, by their fields."""
        return {name: self.cleaned_data.get(name, "") for name in YOUNG_FIELDS}


class AskedForm(YoungForm):
    """Pending matters, a connection with the person, and for a young person three things more."""

    matters = forms.ChoiceField(
        label="Is a police or court matter about this pending?",
        choices=Notice.Matters,
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether a police or court matter is pending."},
    )
    matters_words = _words(
        "If so: who was asked, when, and what they said",
        500,
        "Police advise whether a notice would harm their case. They don’t decide.",
    )
    connected = forms.ChoiceField(
        label="Have you any connection with this person?",
        choices=[("no", "No"), ("yes", "Yes")],
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether you know them, their family or friends."},
    )
    conflict = _words(
        "If so: which, and which member of the Board agreed all the same",
        500,
    )

    def clean(self) -> dict[str, Any]:
        """Return what was typed. Raises ValidationError where a yes has no words with it."""
        data = dict(super().clean() or {})
        problems = {}
        if data.get("matters") == Notice.Matters.PENDING and not data.get("matters_words"):
            problems["matters_words"] = "Say who was asked about it, when, and what they said."
        if data.get("connected") == "yes" and not data.get("conflict"):
            problems["conflict"] = "Say which connection, and who of the Board agreed."
        if problems:
            raise ValidationError(problems)
        return data

    def asked(self) -> Asked:
        """Return the answers of this valid form."""
        data = self.cleaned_data
        return Asked(
            matters=data["matters"],
            matters_words=data["matters_words"],
            conflict=data["conflict"] if data["connected"] == "yes" else "",
            **self.young(),
        )
