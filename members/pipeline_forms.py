"""Input of the pipeline: a business, a step it takes, somebody who works there."""

from decimal import Decimal
from typing import Any

from django import forms

from common.fields import DayField, PlainForm

from .models import Area, Lost, Member, MemberContact, Premises, User
from .pipeline import LEADS_TO, ContactInput, MemberInput, NextStep, Step
from .sites import SiteInput, position_of, postcode_of

KINDS = [choice for choice in Member.Kind.choices if choice[0] != Member.Kind.SCHEME]


class PlanForm(PlainForm):
    """What to do next, by when, and who."""

    next_step = forms.CharField(
        label="Next step",
        required=False,
        max_length=200,
        help_text="Such as: call the manager, visit with the trial offer.",
    )
    next_on = DayField(label="By", required=False)
    next_by = forms.ModelChoiceField(
        label="Who",
        queryset=User.objects.none(),
        required=False,
        empty_label="Nobody yet",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["next_by"].queryset = User.objects.of_the_scheme()  # type: ignore[attr-defined]

    def plan(self) -> NextStep:
        """Return what this valid form plans."""
        data = self.cleaned_data
        return NextStep(data["next_step"], data["next_on"], data["next_by"])


class MemberForm(PlainForm):
    """A business or agency as it is held."""

    name = forms.CharField(
        label="Name",
        max_length=120,
        error_messages={"required": "Enter the name people know it by."},
    )
    kind = forms.ChoiceField(
        label="Kind", choices=KINDS, error_messages={"required": "Choose the kind."}
    )
    sector = forms.ChoiceField(
        label="Sector",
        choices=[("", "Choose"), *Member.Sector.choices],
        error_messages={"required": "Choose the sector."},
    )
    area = forms.ModelChoiceField(
        label="Area",
        queryset=Area.objects.all(),
        empty_label="Choose",
        error_messages={"required": "Choose the area."},
    )

    def values(self) -> MemberInput:
        """Return what this valid form says of the business."""
        data = self.cleaned_data
        return MemberInput(data["name"], data["kind"], data["sector"], data["area"])


class EnterForm(MemberForm, PlanForm):
    """A business to win, and what to do first."""


class ChangeForm(MemberForm):
    """A business as it is held, and the version that was changed."""

    revision = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        names = ("name", "kind", "sector", "area", "revision")
        super().__init__(*args, initial={name: getattr(member, name) for name in names}, **kwargs)


class StepForm(PlanForm):
    """A step that a business takes, and what comes next."""

    revision = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    to = forms.ChoiceField(
        label="Where it is now",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose where it is now."},
    )
    on = DayField(label="On")
    lost = forms.ChoiceField(
        label="If it is lost: why",
        required=False,
        choices=[("", "Not lost"), *Lost.choices],
    )
    words = forms.CharField(
        label="What was said",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    field_order = ("revision", "to", "on", "lost", "words", "next_step", "next_on", "next_by")

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        names = ("revision", "next_step", "next_on", "next_by")
        initial = {name: getattr(member, name) for name in names} | {"to": member.status}
        super().__init__(*args, initial=initial, **kwargs)
        leads = [Member.Status(value) for value in LEADS_TO[member.status]]
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            (member.status, f"{member.status_words}, as before"),
            *((step.value, _words(step, member)) for step in leads),
        ]

    def step(self) -> Step:
        """Return the step this valid form says."""
        data = self.cleaned_data
        return Step(data["to"], data["on"], data["lost"], data["words"])


def _words(step: Member.Status, member: Member) -> str:
    if step == Member.Status.LEFT and not member.was_member:
        return "Lost"
    return str(step.label)


class PremisesForm(PlainForm):
    """One site of a member."""

    name = forms.CharField(
        label="What staff call it",
        max_length=120,
        help_text="Such as The Bell, High Street.",
        error_messages={"required": "Enter what staff call it."},
    )
    address = forms.CharField(
        label="Address",
        max_length=200,
        error_messages={"required": "Enter the street address."},
    )
    postcode = forms.CharField(
        label="Postcode", max_length=10, error_messages={"required": "Enter the postcode."}
    )
    area = forms.ModelChoiceField(
        label="Area",
        queryset=Area.objects.all(),
        empty_label="Choose",
        error_messages={"required": "Choose the area."},
    )
    opening_hours = forms.CharField(
        label="Open",
        required=False,
        max_length=200,
        help_text="Such as Mon to Sat 9 to 18, Sun 10 to 16.",
    )
    position = forms.CharField(
        label="Position on the map",
        required=False,
        max_length=50,
        help_text="Latitude and longitude, as a map shows them: 51.44620, 0.21690.",
    )

    def __init__(self, *args: Any, member: Member, site: Premises | None, **kwargs: Any) -> None:
        if site:
            initial = {name: getattr(site, name) for name in self.base_fields}
        else:
            initial = {"name": member.name, "area": member.area_id}
        super().__init__(*args, initial=initial, **kwargs)

    def clean_postcode(self) -> str:
        """Return it as it is written."""
        return postcode_of(self.cleaned_data["postcode"])

    def clean_position(self) -> tuple[Decimal | None, Decimal | None]:
        """Return latitude and longitude, both None for none."""
        return position_of(self.cleaned_data["position"]) or (None, None)

    def values(self) -> SiteInput:
        """Return what this valid form says."""
        data = self.cleaned_data
        north, east = data["position"]
        others = {name: data[name] for name in data if name != "position"}
        return SiteInput(**others, latitude=north, longitude=east)


class ContactForm(PlainForm):
    """Somebody at a member, and how they are reached."""

    name = forms.CharField(
        label="Name", max_length=120, error_messages={"required": "Enter their name."}
    )
    position = forms.CharField(label="Position", required=False, max_length=80)
    email = forms.EmailField(
        label="E-mail",
        required=False,
        max_length=254,
        error_messages={"invalid": "Enter the whole address, such as sam@shop.example."},
    )
    phone = forms.CharField(label="Telephone", required=False, max_length=30)
    is_main = forms.BooleanField(label="The first to ask for", required=False)
    is_billing = forms.BooleanField(label="Gets the invoices", required=False)

    def __init__(self, *args: Any, contact: MemberContact | None = None, **kwargs: Any) -> None:
        initial = {name: getattr(contact, name) for name in self.base_fields} if contact else {}
        super().__init__(*args, initial=initial, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Ask for one way at least to reach them."""
        data = super().clean() or {}
        if not data.get("email") and not data.get("phone") and "email" not in self.errors:
            self.add_error("email", "Enter an e-mail address or a telephone number.")
        return data

    def values(self) -> ContactInput:
        """Return what this valid form says."""
        return ContactInput(**self.cleaned_data)
