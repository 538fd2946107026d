"""Input of notices on the spot, their numbers, and steps after breaches."""

import uuid
from typing import Any

from django import forms

from incidents.models import Involvement
from members.models import Member, User

from .forms import ServiceForm
from .models import BreachStep, SpotNumber
from .services import MOST_NUMBERS, Spot, arrests_of


class NumbersForm(forms.Form):
    """How many numbers a business is given."""

    member = forms.ModelChoiceField(
        label="Business",
        queryset=Member.objects.none(),
        empty_label="Choose",
        error_messages={"required": "Choose the business."},
    )
    count = forms.IntegerField(
        label="How many",
        min_value=1,
        max_value=MOST_NUMBERS,
        initial=5,
        error_messages={"required": "Enter how many."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["member"].queryset = (  # type: ignore[attr-defined]
            Member.objects.signed().order_by("name")
        )


class VoidForm(forms.Form):
    """Why a number is taken back."""

    reason = forms.CharField(
        label="Why",
        max_length=200,
        error_messages={"required": "Say why it is taken back."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class SpotForm(ServiceForm):
    """A numbered notice as it was filled in and handed over at the arrest."""

    number = forms.ModelChoiceField(
        label="Number on the notice",
        queryset=SpotNumber.objects.none(),
        empty_label="Choose",
        error_messages={
            "required": "Choose the number printed on it.",
            "invalid_choice": "This number is not yours, or was used already.",
        },
    )
    person = forms.ModelChoiceField(
        label="Arrest",
        queryset=Involvement.objects.none(),
        empty_label="Choose",
        error_messages={
            "required": "Choose the arrest.",
            "invalid_choice": "Choose an arrest of the last three days at your business.",
        },
    )
    name = forms.CharField(
        label="Name on the notice",
        max_length=120,
        error_messages={"required": "Enter the name as it stands on the notice."},
    )
    date_of_birth = forms.DateField(
        label="Born on",
        input_formats=["%d/%m/%Y", "%Y-%m-%d"],
        help_text="Such as 14/03/1990. Somebody under 18 is not excluded on the spot.",
        error_messages={
            "required": "Enter the day they were born. Not known: ask the manager for a notice.",
            "invalid": "Enter a day, such as 14/03/1990.",
        },
    )
    reason = forms.CharField(
        label="Reason on the notice",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write the reason that stands on the notice."},
    )

    field_order = ("number", "person", "name", "date_of_birth", "reason")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.fields["number"].queryset = (  # type: ignore[attr-defined]
            SpotNumber.objects.filter(member=user.member_id, notice=None, voided_at=None)
        )
        people = Involvement.objects.filter(report__in=arrests_of(user.member_id))
        chosen = self.fields["person"]
        chosen.queryset = (  # type: ignore[attr-defined]
            people.select_related("report__type", "report__premises", "subject")
        )
        chosen.label_from_instance = _person_words  # type: ignore[attr-defined]
        self.fields["method"].initial = "in_person"

    def spot(self) -> Spot:
        """Return what stands on the paper."""
        data = self.cleaned_data
        return Spot(name=data["name"], date_of_birth=data["date_of_birth"], reason=data["reason"])


def _person_words(person: Involvement) -> str:
    report = person.report
    who = person.subject.ref if person.subject else person.seen_as() or "someone"
    return f"{report.ref}, {report.title} at {report.premises.name}: {who}"


class BreachStepForm(forms.Form):
    """A step after a breach."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label="What was done",
        choices=BreachStep.Kind,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what was done."},
    )
    words = forms.CharField(
        label="Who was told or asked, or the police reference",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["client_id"].initial = uuid.uuid4
