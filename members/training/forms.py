"""Input of training: courses, sessions, who came."""

from typing import Any

from django import forms

from common.fields import DayField, PlainForm, revision_field
from members.models import Course, TrainingPlace, TrainingSession

from .services import CourseInput, SessionInput


class CourseForm(PlainForm):
    """What is taught."""

    name = forms.CharField(
        label="Name",
        max_length=120,
        help_text="As certificates have it.",
        error_messages={"required": "Enter the name of the course."},
    )
    kind = forms.ChoiceField(
        label="What it is about",
        choices=[("", "Choose"), *Course.Kind.choices],
        error_messages={"required": "Choose what it is about."},
    )
    holds_months = forms.IntegerField(
        label="A certificate holds, months",
        required=False,
        min_value=1,
        max_value=120,
        help_text="Empty: for ever. Certificates that were given keep their last day.",
    )
    about = forms.CharField(
        label="What is taught",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    revision = revision_field()

    def __init__(self, *args: Any, course: Course | None = None, **kwargs: Any) -> None:
        initial = {name: getattr(course, name) for name in self.base_fields} if course else {}
        super().__init__(*args, initial={"revision": 1, **initial}, **kwargs)

    def values(self) -> CourseInput:
        """Return what this valid form says."""
        data = self.cleaned_data
        return CourseInput(data["name"], data["kind"], data["holds_months"], data["about"])


class SessionForm(PlainForm):
    """A course on a day."""

    course = forms.ModelChoiceField(
        label="Course",
        queryset=Course.objects.none(),
        to_field_name="slug",
        empty_label="Choose",
        error_messages={
            "required": "Choose the course.",
            "invalid_choice": "Choose a course that is given.",
        },
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
        label="Where", max_length=200, error_messages={"required": "Enter where it is."}
    )
    trainer = forms.CharField(
        label="Trainer", max_length=120, error_messages={"required": "Enter who gives it."}
    )
    places = forms.IntegerField(
        label="Room for",
        min_value=1,
        max_value=500,
        error_messages={"required": "Enter how many people there is room for."},
    )
    revision = revision_field()

    def __init__(self, *args: Any, session: TrainingSession | None = None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"revision": 1}
        courses = Course.objects.given()
        if session is not None:
            initial = {name: getattr(session, name) for name in self.base_fields}
            initial["course"] = session.course.slug
            courses |= Course.objects.filter(pk=session.course_id)
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["course"].queryset = courses  # type: ignore[attr-defined]

    def values(self) -> SessionInput:
        """Return what this valid form says."""
        data = self.cleaned_data
        return SessionInput(**{name: data[name] for name in data if name != "revision"})


class AttendanceForm(PlainForm):
    """What came of each person's place in a session, all on one page."""

    revision = revision_field()

    def __init__(
        self,
        *args: Any,
        session: TrainingSession,
        people: list[TrainingPlace],
        began: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, initial={"revision": session.revision}, **kwargs)
        self._people = people
        early = (TrainingPlace.Outcome.BOOKED, TrainingPlace.Outcome.CANCELLED)
        choices = [(o.value, o.label) for o in TrainingPlace.Outcome if began or o in early]
        for place in people:
            self.fields[f"person_{place.pk}"] = forms.ChoiceField(
                label=place.name,
                choices=choices,
                initial=place.outcome,
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    def rows(self) -> list[tuple[TrainingPlace, forms.BoundField]]:
        """Return each person with their field."""
        return [(place, self[f"person_{place.pk}"]) for place in self._people]

    def outcomes(self) -> dict[int, str]:
        """Return what this valid form says, by key of the place."""
        return {place.pk: self.cleaned_data[f"person_{place.pk}"] for place in self._people}
