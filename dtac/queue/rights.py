"""What people's rights ask of the manager, with the day by which each is due."""

from collections.abc import Iterator

from django.urls import reverse

from common import dates
from common.wording import counted
from dtac.presenters import Label, Row
from records.models import AccessRequest, Complaint, DataBody, DataBreach, RightsRequest
from records.privacy.state import part, published
from records.requests.recipients import recipients_left

from .parts import SHOWN, Part, Tile


def rights_waiting() -> Part:
    """Return requests to answer, the first due first, and recipients that are yet to be told."""
    rows = [
        *_breaches(),
        *_access(),
        *_requests(),
        *_recipients(),
        *_complaints(),
        *_privacy(),
        *_bodies(),
    ]
    tile = Tile(len(rows), "matter of people’s rights", "matters of people’s rights", "#rights")
    refs = [ref for _, refs in rows for ref in refs]
    more = (reverse("records"), "Records and rights")
    return Part(
        "rights", "People’s rights", [tile], [row for row, _ in rows], refs, faces=False, more=more
    )


Found = Iterator[tuple[Row, list[str]]]


def _breaches() -> Found:
    for one in DataBreach.objects.open()[:SHOWN]:
        url = reverse("data_breach", args=[one.ref])
        late = one.is_late
        row = Row(
            title=f"{one.ref} · data breach",
            url=url,
            meta=f"{one.state_words}.",
            tags=[Label("Past 72 hours" if late else "Data breach", "warning")],
            action="See to it",
            action_url=url,
        )
        yield row, []


def _access() -> Found:
    for one in AccessRequest.objects.open()[:SHOWN]:
        url = reverse("access_request", args=[one.ref])
        row = Row(
            title=f"{one.ref} · subject access",
            url=url,
            meta=f"Came in {dates.short_date(one.received_on)}. {one.state_words}",
            tags=[Label("Overdue", "warning") if one.is_late else Label("Access", "info")],
            action="Answer",
            action_url=url,
        )
        yield row, one.subject_refs


def _complaints() -> Found:
    for one in Complaint.objects.open()[:SHOWN]:
        url = reverse("complaint", args=[one.ref])
        row = Row(
            title=f"{one.ref} · {one.get_about_display()}",
            url=url,
            meta=f"Came in {dates.short_date(one.received_on)}. {one.state_words}",
            tags=[Label("Overdue", "warning") if one.is_late else Label("Complaint", "info")],
            action="Look at it",
            action_url=url,
        )
        yield row, one.subject_refs


def _privacy() -> Found:
    """A row for all whose withheld notice is to be looked at again: the list has each."""
    number = part(published(), "due").count()
    if number:
        url = f"{reverse('privacy_list')}?show=due"
        yield (
            Row(
                title=f"{counted(number, 'withheld privacy notice')} to look at again",
                url=url,
                meta="Tell them now, or say why not.",
                tags=[Label("Privacy notice", "info")],
                action="Look",
                action_url=url,
            ),
            [],
        )


def _bodies() -> Found:
    number = DataBody.objects.due().count()
    if number:
        url = f"{reverse('body_list')}?show=due"
        bodies = counted(number, "controller or processor", "controllers or processors")
        yield (
            Row(
                title=f"{bodies} to look at",
                url=url,
                meta="Their review day has come, or their registration ends.",
                tags=[Label("Data protection", "info")],
                action="Look",
                action_url=url,
            ),
            [],
        )


def _requests() -> Found:
    waiting = RightsRequest.objects.filter(told_on=None).order_by("due_on", "pk")[:SHOWN]
    for one in waiting:
        url = reverse("rights_request", args=[one.ref])
        row = Row(
            title=f"{one.ref} · {one.get_kind_display()} · {one.subject_refs[0]}",
            url=url,
            meta=f"Came in {dates.short_date(one.received_on)}. {one.state_words}",
            tags=[Label("Overdue", "warning") if one.is_late else Label("Request", "info")],
            action="Decide" if one.is_open else "Tell them",
            action_url=url,
        )
        yield row, one.subject_refs


def _recipients() -> Found:
    for one, number in recipients_left(most=SHOWN):
        url = reverse("rights_request", args=[one.ref])
        row = Row(
            title=f"{one.ref}: {number} to be told who were given the data",
            url=url,
            meta="They were handed it, by the register of sharing.",
            tags=[Label("To tell", "info")],
            action="Tell them",
            action_url=url,
        )
        yield row, one.subject_refs
