"""The log form: where, when, what happened, and what is known of it."""

import datetime as dt
import functools
import re
import uuid
from dataclasses import fields
from itertools import chain
from typing import Any

from django import forms
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import lazy

from common.fields import FilesField, LondonMomentField
from common.http import plain_text
from incidents.models import IncidentType, Question, Report
from incidents.querysets import types_for
from incidents.services import EARLIEST, ItemInput, PersonInput, ReportInput, people_nearby
from members.models import Premises, Role, User
from members.reportable import sites_of
from offenders.models import Method

SEEN_ONLY = "seen"
NEARBY_SECONDS = 600
"""How long a count of people nearby is used again: it is there to give an idea."""
ASKED_BY: dict[str, tuple[str, ...]] = {
    Question.METHOD: ("methods",),
    Question.VIOLENCE: ("violence",),
    Question.WEAPON: ("weapon", "weapon_words"),
    Question.INJURY: ("injury",),
    Question.THREATS: ("threats",),
    Question.VEHICLE: ("vehicle_registration", "vehicle_words"),
    Question.POLICE: ("police_told", "police_ref"),
    Question.OUTCOME: ("outcome",),
}
"""The fields that each question stands for; goods are forms of their own."""


def alert_reach(user: User) -> str:
    """Return whom an alert from this user's usual premises goes to, in words."""
    if not user.premises:
        return "Goes to members in the area, and to partner agencies."
    area = user.premises.area
    people = cache.get_or_set(f"nearby-{area.pk}", lambda: people_nearby(area.pk), NEARBY_SECONDS)
    noun = "person" if people == 1 else "people"
    return f"Goes to {people} {noun} in {area.name}, and to partner agencies."


def items_stored(report: Report) -> list[ItemInput]:
    """Return a report's goods as they would be sent."""
    names = [field.name for field in fields(ItemInput)]
    return [ItemInput(**{n: getattr(item, n) for n in names}) for item in report.items.all()]


def _chips(label: str, options: Any, **kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, required=False, choices=options, widget=forms.RadioSelect, **kwargs
    )


class ReportForm(forms.Form):
    """A sighting or an incident, but for its people and goods."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    premises = forms.ModelChoiceField(
        label="Where",
        queryset=Premises.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={
            "required": "Choose where it happened.",
            "invalid_choice": "Choose one of your premises.",
        },
    )
    when = forms.ChoiceField(
        label="When",
        choices=[("now", "Just now"), ("earlier", "Earlier")],
        initial="now",
        widget=forms.RadioSelect,
    )
    occurred_at = LondonMomentField(
        label="Day and time",
        required=False,
        error_messages={"invalid": "Enter a day and a time, such as 14/03/2026 15:30."},
    )
    what = forms.ChoiceField(
        label="What happened?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what happened, or Seen only."},
    )
    methods = forms.MultipleChoiceField(
        label="How it was done",
        required=False,
        choices=Method,
        widget=forms.CheckboxSelectMultiple,
    )
    violence = forms.BooleanField(label="Somebody was attacked", required=False)
    threats = forms.BooleanField(label="Somebody was threatened or abused", required=False)
    weapon = _chips("Weapon", Report.Weapon)
    weapon_words = forms.CharField(label="Which weapon", required=False, max_length=80)
    injury = _chips("Was anybody hurt?", Report.Injury)
    vehicle_registration = forms.CharField(
        label="Vehicle registration",
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )
    vehicle_words = forms.CharField(label="Make and colour", required=False, max_length=120)
    outcome = _chips("How it ended", Report.Outcome, initial=Report.Outcome.UNKNOWN)
    police_told = forms.BooleanField(label="Police were told", required=False)
    police_ref = forms.CharField(label="Police reference", required=False, max_length=40)
    words = forms.CharField(
        label="What staff should know",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Facts only. Leave out religion, politics and sexuality.",
    )
    uploads = FilesField(label="Photos and files", max_files=settings.DTAC_FILES_PER_REPORT)
    alert = forms.BooleanField(label="Alert other members now", required=False)
    drawn_alike = frozenset({"when", "words", *chain.from_iterable(ASKED_BY.values())})
    drawn_by_choices = frozenset({"what"})

    def __init__(
        self, *args: Any, user: User | None, report: Report | None = None, **kwargs: Any
    ) -> None:
        """`user` None makes the form that waits on a phone: its places come from the phone.

        `report` is the one that is corrected: it may keep its type, whatever became of that since.
        """
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.user = user
        self.corrected = report
        self.types = types_for(report)
        self.fields["what"].choices = [  # type: ignore[attr-defined]
            (SEEN_ONLY, "Seen only"),
            *[(kind.code, kind.label) for kind in self.types],
        ]
        self.fields["client_id"].initial = uuid.uuid4()
        self.fields["alert"].help_text = "Goes to members in the area, if it is sent in time."
        if user is not None:
            self._offer_premises(user)
            if not self.is_bound:  # what was sent is judged without counting anybody
                reach = functools.cache(lambda: alert_reach(user))
                self.fields["alert"].help_text = lazy(reach, str)()

    def _offer_premises(self, user: User) -> None:
        sites = Premises.objects.reportable_by(user).select_related("member", "area")
        field: Any = self.fields["premises"]
        if user.role in (Role.INTEL, Role.AGENCY):  # every member's premises: looked up by name
            field.widget = forms.HiddenInput()
        field.queryset = sites
        if not self.is_bound and not field.widget.is_hidden:
            own = sites_of(user)
            field.choices = [(site.pk, field.label_from_instance(site)) for site in own]
        if user.premises_id:
            field.initial = user.premises_id

    @property
    def finish_later(self) -> bool:
        """Whether the reporter means to add the rest afterwards."""
        return bool(self.data.get("finish"))

    def clean_occurred_at(self) -> dt.datetime | None:
        """Return the moment typed. Raises ValidationError for the future and the distant past."""
        moment: dt.datetime | None = self.cleaned_data["occurred_at"]
        if moment is None:
            return None
        if moment > timezone.now():
            raise ValidationError("This is in the future.", code="future")
        if moment < timezone.now() - EARLIEST:
            raise ValidationError("This is more than a year ago.", code="past")
        return moment

    def clean_vehicle_registration(self) -> str:
        """Return the mark in capitals and digits, so that "ab12 cde" is found as AB12CDE."""
        mark = re.sub(r"[^A-Z0-9]", "", str(self.cleaned_data["vehicle_registration"]).upper())
        if len(mark) > 12:
            raise ValidationError("Enter the registration only, such as AB12 CDE.", code="long")
        return mark

    def clean(self) -> dict[str, Any]:
        """Settle when it was."""
        data = super().clean() or {}
        if data.get("when") == "now":
            data["occurred_at"] = self._now()
            self.errors.pop("occurred_at", None)
        elif not data.get("occurred_at") and "occurred_at" not in self.errors:
            self.add_error("occurred_at", "Enter the day and time.")
        return data

    def _now(self) -> dt.datetime:
        """Return the server's now; for a report that waited on a phone, when it was made there.

        The phone says how long ago that was: its clock may be wrong, but it is the same clock at
        both ends. One that ran backwards, or stood still for a year, is not believed. Phones that
        have not been opened since an earlier release say `made_at`, by their clock.
        """
        now = timezone.now()
        try:
            if "age" in self.data:
                made = now - dt.timedelta(milliseconds=int(self.data["age"]))
            else:
                made = dt.datetime.fromtimestamp(
                    int(self.data.get("made_at", "")) / 1000, tz=dt.UTC
                )
        except (ValueError, OverflowError, OSError):
            return now
        return made if now - EARLIEST < made <= now else now

    def _content(self) -> int:
        """Return which text of the report this is, as its phone counts; 1 without one."""
        said = plain_text(self.data.get("content"), limit=6)
        return max(1, int(said)) if said.isascii() and said.isdigit() else 1

    def _attacked(self, kind: IncidentType, question: str) -> bool:
        """Whether this is asked because somebody was attacked, whatever the type asks for."""
        attacked = self.cleaned_data["violence"] and kind.asks_for(Question.VIOLENCE)
        return attacked and question in (Question.WEAPON, Question.INJURY)

    def _goods(
        self, kind: IncidentType | None, same: Report | None, items: list[ItemInput]
    ) -> list[ItemInput]:
        if kind and kind.asks_for(Question.GOODS):
            return items
        return items_stored(same) if same else []

    def report(self, people: list[PersonInput], items: list[ItemInput]) -> ReportInput:
        """Return the report this valid form means, with only what its type asks for."""
        data = self.cleaned_data
        kind = next((kind for kind in self.types if kind.code == data["what"]), None)
        told = {
            name: data[name]
            for question, names in ASKED_BY.items()
            if kind and (kind.asks_for(question) or self._attacked(kind, question))
            for name in names
        }
        same = self.corrected if kind and self.corrected and self.corrected.type == kind else None
        if same:  # what its type doesn't ask any more stays as it was told
            told = {
                name: getattr(same, name) for names in ASKED_BY.values() for name in names
            } | told
        if "outcome" in told:
            told["outcome"] = told["outcome"] or Report.Outcome.UNKNOWN
        return ReportInput(
            client_id=data["client_id"],
            type=kind,
            premises=data["premises"],
            occurred_at=data["occurred_at"],
            words=data["words"],
            to_finish=self.finish_later,
            people=people,
            items=self._goods(kind, same, items),
            files=data["uploads"],
            alert=data["alert"] and data["when"] == "now",
            content=self._content(),
            **told,
        )
