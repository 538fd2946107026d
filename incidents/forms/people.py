"""Input of people: who was seen, recognised or described."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404

from common.refs import parse_subject_ref
from incidents import looks
from incidents.models import Involvement
from incidents.services import PersonInput
from members.models import User
from offenders.access import get_meant
from offenders.models import Subject

UNKNOWN = "unknown"
MOST_PEOPLE = 6
SEEN = (
    "sex", "age_band", "height", "build", "hair", "clothing", "marks", "carrying", "description",
)  # fmt: skip


class PickedWords(forms.MultipleChoiceField):
    """Several quick choices, kept as one line of words."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_length = max_length

    def prepare_value(self, value: Any) -> Any:
        """Return the words ticked, from a stored line or from what was posted."""
        if isinstance(value, str):
            return [word for word in value.split(", ") if word]
        return value

    def clean(self, value: Any) -> str:
        """Return the words as one line. Raises ValidationError, also for more than it can hold."""
        words = ", ".join(super().clean(value))
        if len(words) > self.max_length:
            raise ValidationError("Choose fewer: those that tell them apart.", code="many")
        return words


def _one(label: str, options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, required=False, choices=looks.choices(options), widget=forms.RadioSelect
    )


def _some(name: str, label: str, options: Any) -> PickedWords:
    column: Any = Involvement._meta.get_field(name)
    return PickedWords(
        label=label,
        required=False,
        choices=looks.choices(options),
        max_length=column.max_length,
    )


class PersonForm(forms.Form):
    """One person: a reference from the gallery, or somebody unknown and what they looked like."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    who = forms.CharField(required=False, max_length=20)
    named_as = forms.CharField(
        label="Name, reference or description",
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "type": "search"}),
    )
    part = forms.ChoiceField(
        label="Their part",
        required=False,
        choices=Involvement.Part,
        initial=Involvement.Part.DID_IT,
        widget=forms.RadioSelect,
    )
    sex = _one("Sex", looks.SEXES)
    age_band = _one("Age, about", looks.AGE_BANDS)
    height = _one("Height", looks.HEIGHTS)
    build = _one("Build", looks.BUILDS)
    hair = _some("hair", "Hair", looks.HAIR)
    clothing = _some("clothing", "Wearing", looks.CLOTHING)
    marks = _some("marks", "To know them by", looks.MARKS)
    carrying = _some("carrying", "Carrying", looks.CARRYING)
    description = forms.CharField(
        label="In your words",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="What you saw: colours, logos, tattoos. Leave out religion and politics.",
    )
    drawn_alike = frozenset({"part", *SEEN})

    def __init__(self, *args: Any, user: User | None, needed: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.user = user
        self.needed = needed
        self.subject: Subject | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nobody was entered here."""
        data = self.cleaned_data
        return not any(data.get(name) for name in ("who", "named_as", *SEEN))

    def clean(self) -> dict[str, Any]:
        """Settle who it was. A reference is looked up; a name alone asks to choose."""
        data = super().clean() or {}
        who = data.get("who") or ""
        typed = data.get("named_as") or ""
        if who and who != UNKNOWN:
            self._look_up(who)
        elif parse_subject_ref(typed):
            self._look_up(typed)
        elif who != UNKNOWN and typed:
            self.add_error("who", "Choose one of the people found, or Someone unknown.")
        elif not who and self.needed and not any(data.get(name) for name in SEEN):
            self.add_error("who", "Choose who it was, or Someone unknown.")
        return data

    def _look_up(self, text: str) -> None:
        assert self.user is not None
        try:
            self.subject = get_meant(self.user, text)
        except Http404:
            if parse_subject_ref(text):
                message = (
                    f"{text.upper()} is not in the gallery. Check it, or choose Someone unknown."
                )
            else:
                message = "Choose one of the people found, or Someone unknown."
            self.add_error("who", message)

    @property
    def is_described(self) -> bool:
        """Whether somebody unknown can be told from others by what is here."""
        data = self.cleaned_data
        return any(data.get(name) or name in self.errors for name in ("named_as", *SEEN))

    def person(self) -> PersonInput:
        """Return the person this valid form means."""
        data = self.cleaned_data
        said = {"pk": data["pk"], "part": data["part"] or Involvement.Part.DID_IT}
        if self.subject:
            return PersonInput(subject=self.subject, **said)
        return PersonInput(named_as=data["named_as"], **said, **{name: data[name] for name in SEEN})


class BasePersonFormSet(forms.BaseFormSet):  # type: ignore[type-arg]
    """Up to six people; only the first is asked for."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Return what each form needs."""
        kwargs = super().get_form_kwargs(index)
        needed = index == 0 and kwargs.get("needed", True)
        # A formset doesn't judge a form that came back as it was shown, with its part ticked.
        judged = {"empty_permitted": False} if needed else {}
        return {**kwargs, **judged, "needed": needed}

    def clean(self) -> None:
        """Refuse the same person twice, beside the second."""
        seen = set()
        for form in self.forms:
            subject = getattr(form, "subject", None)
            if subject and subject.pk in seen:
                form.add_error("who", f"{subject.ref} is on this report already. Take one out.")
            elif subject:
                seen.add(subject.pk)


PersonFormSet = forms.formset_factory(
    PersonForm, formset=BasePersonFormSet, extra=1, max_num=MOST_PEOPLE, absolute_max=MOST_PEOPLE
)


def people_of(formset: Any) -> list[PersonInput]:
    """Return the people of a valid formset, empty forms left out."""
    return [form.person() for form in formset if not form.is_empty]
