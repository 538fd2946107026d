"""The log form as one: report, people and goods are judged together."""

from typing import Any

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from common.dates import LONDON
from common.http import typed
from incidents.models import Report
from incidents.services import ReportInput, locked_people
from members.models import User

from .goods import ItemFormSet, items_of
from .log import SEEN_ONLY, ReportForm
from .people import SEEN, UNKNOWN, PersonFormSet, people_of

SHOWN_AGAIN = (
    "words", "methods", "violence", "threats", "weapon", "weapon_words", "injury",
    "vehicle_registration", "vehicle_words", "outcome", "police_told", "police_ref",
)  # fmt: skip


class Entry:
    """What somebody is logging: the forms, bound to what was sent or fresh.

    `report` is the one that is corrected.
    """

    def __init__(
        self,
        *,
        user: User | None,
        report: Report | None = None,
        data: QueryDict | None = None,
        files: "MultiValueDict[str, Any] | None" = None,
        initial: dict[str, Any] | None = None,
        people: list[dict[str, Any]] | None = None,
        items: list[dict[str, Any]] | None = None,
    ) -> None:
        self.user = user
        self.corrected = report
        self.form = ReportForm(data, files, user=user, report=report, initial=initial)
        later = bool(data and data.get("finish"))
        self.people: Any = PersonFormSet(
            data,
            prefix="people",
            initial=people,
            form_kwargs={"user": user, "needed": not later and not (initial or {}).get("locked")},
        )
        self.people.extra = 0 if people else 1
        self.items: Any = ItemFormSet(data, prefix="items", initial=items)

    def is_valid(self) -> bool:
        """Whether all of it can be sent; every part is judged, so that all faults are said."""
        parts = [part.is_valid() for part in (self.form, self.people, self.items)]
        self._check_descriptions()
        return all(parts) and not any(form.errors for form in self.people)

    def _check_descriptions(self) -> None:
        if self.form.finish_later or self.form.files.get("uploads"):
            return
        if self.corrected is not None and self.corrected.attachments.exists():
            return  # the photo came with the report before
        for person in self.people:
            if person.cleaned_data.get("who") == UNKNOWN and not person.is_described:
                person.add_error("description", "Say what they looked like, or add a photo.")

    def report(self) -> ReportInput:
        """Return the report that the valid entry means."""
        return self.form.report(people_of(self.people), items_of(self.items))

    def problems(self) -> list[dict[str, str]]:
        """Return each fault: the name of its field ("" for the whole), its label, the words."""
        found = []
        for form in (self.form, *self.people, *self.items):
            for name, errors in form.errors.items():
                field = "" if name == "__all__" else form.add_prefix(name)
                label = "" if name == "__all__" else str(form[name].label)
                found += [{"field": field, "label": label, "text": str(e)} for e in errors]
        for formset in (self.people, self.items):
            found += [
                {"field": "", "label": "", "text": str(error)}
                for error in formset.non_form_errors()
            ]
        return found

    def reshown(self, *, add_person: bool = False) -> "Entry":
        """Return the same entry with what was typed, unjudged; files have to be chosen again."""
        people = [typed(form) for form in self.people]
        if add_person:
            people.append({})
        items = [line for line in map(typed, self.items) if any(line.values())]
        return Entry(
            user=self.user,
            report=self.corrected,
            initial=typed(self.form, leave_out=("uploads",)),
            people=people,
            items=items,
        )


def entry_of(report: Report, user: User) -> Entry:
    """Return the form filled in with what a report says, but for people who can't be changed."""
    initial = {name: getattr(report, name) for name in SHOWN_AGAIN} | {
        "client_id": report.client_id,
        "revision": report.revision,
        "premises": report.premises_id,
        "when": "earlier",
        "occurred_at": report.occurred_at.astimezone(LONDON),
        "what": report.type.code if report.type else SEEN_ONLY,
        "locked": locked_people(user, report),
    }
    people = [
        {
            "pk": person.pk,
            "who": person.subject.ref if person.subject else UNKNOWN,
            "named_as": person.named_as,
            "part": person.part,
            **{name: getattr(person, name) for name in SEEN},
        }
        for person in report.people.select_related("subject")
        if person.pk not in initial["locked"]
    ]
    items = [
        {
            "category": item.category,
            "description": item.description,
            "quantity": item.quantity,
            "value_stolen": item.value_stolen,
            "value_recovered": item.value_recovered,
        }
        for item in report.items.all()
    ]
    return Entry(user=user, report=report, initial=initial, people=people, items=items)
