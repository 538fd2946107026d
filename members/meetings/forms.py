"""Input of meetings: when and where, who comes, who came, the minutes."""

from typing import Any

from django import forms

from common.fields import DayField, PlainForm, revision_field
from members.models import Meeting, MeetingPerson
from members.somebody import PersonForm

from .services import BEFORE, MeetingInput, list_seen

LONGEST = 100_000


def _choices(*, began: bool) -> list[tuple[str, str]]:
    return [
        (each.value, str(each.label)) for each in MeetingPerson.Answer if began or each in BEFORE
    ]


class MeetingForm(PlainForm):
    """When and where a meeting is, whose it is, and what it is about."""

    kind = forms.ChoiceField(
        label="Whose meeting",
        choices=[("", "Choose"), *Meeting.Kind.choices],
        help_text="Members see all but those of the Board of Management.",
        error_messages={"required": "Choose whose meeting it is."},
    )
    on = DayField(label="Day")
    starts = forms.TimeField(
        label="Begins at",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={
            "required": "Enter when it begins.",
            "invalid": "Enter a time, such as 09:30.",
        },
    )
    place = forms.CharField(
        label="Where, or how to join",
        max_length=200,
        error_messages={"required": "Enter where it is."},
    )
    agenda = forms.CharField(
        label="Agenda",
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="One point in a line. Nobody who is reported on is named here.",
    )
    revision = revision_field()

    def __init__(self, *args: Any, meeting: Meeting | None = None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"revision": 1}
        if meeting is not None:
            initial = {name: getattr(meeting, name) for name in self.base_fields}
        super().__init__(*args, initial=initial, **kwargs)

    def values(self) -> MeetingInput:
        """Return what this valid form says."""
        data = self.cleaned_data
        return MeetingInput(**{name: data[name] for name in data if name != "revision"})


class AnswerForm(PlainForm):
    """Whether the reader comes."""

    answer = forms.ChoiceField(
        choices=[(each.value, str(each.label)) for each in BEFORE],
        error_messages={"required": "Say whether you are coming."},
    )


class ListForm(PersonForm):
    """Somebody to put on a meeting's list."""

    answer = forms.ChoiceField(
        label="Did they come?", error_messages={"required": "Choose whether they came."}
    )

    def __init__(self, *args: Any, began: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["answer"]
        field.choices = _choices(began=began)
        field.initial = MeetingPerson.Answer.CAME if began else MeetingPerson.Answer.COMING
        field.label = "Did they come?" if began else "Are they coming?"


class PeopleForm(PlainForm):
    """What each person on the list said, or whether they came, all on one page."""

    seen = forms.CharField(max_length=16, widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: list[MeetingPerson], began: bool, **kwargs: Any) -> None:
        super().__init__(*args, initial={"seen": list_seen(people)}, **kwargs)
        self._people = people
        for person in people:
            self.fields[f"person_{person.pk}"] = forms.ChoiceField(
                label=person.name,
                choices=_choices(began=began),
                initial=person.answer,
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    def rows(self) -> list[tuple[MeetingPerson, forms.BoundField]]:
        """Return each person with their field."""
        return [(person, self[f"person_{person.pk}"]) for person in self._people]

    def answers(self) -> dict[int, str]:
        """Return what this valid form says, by key of the person."""
        return {person.pk: self.cleaned_data[f"person_{person.pk}"] for person in self._people}


class MinutesForm(PlainForm):
    """The minutes: kept as a draft, or published."""

    body = forms.CharField(
        label="Minutes",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 18}),
        error_messages={"required": "Write the minutes first."},
        help_text="Plain paragraphs. Who came is listed beside them by itself. Nobody who is"
        " reported on is named here.",
    )
    change = forms.CharField(
        label="What is corrected",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Read above the minutes.",
    )
    revision = revision_field()

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        newest = meeting.minutes.first()
        body = meeting.draft or (newest.body if newest else "")
        super().__init__(
            *args, initial={"revision": meeting.revision, "body": body}, **kwargs
        )  # fmt: skip
        if newest is None:
            del self.fields["change"]

    def clean(self) -> dict[str, Any]:
        """Give the text of what is corrected even where it isn't asked for."""
        return {"change": "", **(super().clean() or {})}


class BlankForm(PlainForm):
    """Words to take out of what was published, and why."""

    words = forms.CharField(
        label="Words to take out",
        max_length=200,
        help_text="As they stand there, such as a name. Each place is covered, in every version.",
        error_messages={"required": "Enter what is to be taken out."},
    )
    why = forms.CharField(
        label="Why",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Readers see it: don’t repeat the words.",
        error_messages={"required": "Write why. Readers see it."},
    )


class ApproveForm(PlainForm):
    """The day on which a later meeting approved the minutes."""

    approved_on = DayField(label="Approved by the meeting of")
    number = forms.IntegerField(min_value=1, max_value=32_767, widget=forms.HiddenInput)
