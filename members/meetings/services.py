"""Writes of meetings: entered, changed, told, called off, answered, attended, minuted."""

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import check_revision, constraint_messages
from common.refs import references_in, yearly_ref
from members import actions
from members.mail import email_queue
from members.models import Meeting, MeetingMinutes, MeetingPerson, SchemeCounter, User
from members.querysets import UserQuerySet
from members.somebody import PersonInput, somebody

Answer = MeetingPerson.Answer
SHORTEST: Final = 3
COVER: Final = "█"
BEFORE: Final = (Answer.COMING, Answer.APOLOGIES)
"""What can be said before the day."""


@dataclass(frozen=True)
class MeetingInput:
    """When and where a meeting is, whose it is, and what it is about."""

    kind: str
    on: dt.date
    starts: dt.time
    place: str
    agenda: str = ""


@transaction.atomic
def meeting_enter(*, by: User, data: MeetingInput) -> Meeting:
    """Enter a meeting, to come or held already. It gets the next number of its year.

    Raises ValidationError: the agenda cites a record.
    """
    number = SchemeCounter.take("MTG", data.on.year)
    ref = yearly_ref("MTG", data.on.year, number, digits=4)
    row = Meeting(ref=ref, made_by=by, made_at=timezone.now())
    _fill(row, data)
    record(actions.MEETING_ENTERED, by=by, ref=row.ref)
    return row


@transaction.atomic
def meeting_change(*, by: User, meeting: Meeting, revision: int, data: MeetingInput) -> Meeting:
    """Change a meeting. Who was told of it is told again of another day, time or place.

    Raises ValidationError: changed meanwhile (code "stale"), called off, another kind or a later
    day once it has minutes or it is recorded who came, or the agenda cites a record.
    """
    row = _locked(meeting, revision)
    before = (row.on, row.starts, row.place)
    if (data.kind, data.on) != (row.kind, row.on) and _was_held(row):
        raise ValidationError("Its kind and day stay: it was held.")
    if data.kind != row.kind and row.told_at is not None:
        raise ValidationError({"kind": "People were told of it. Call it off and enter another."})
    row.revision += 1
    _fill(row, data)
    if row.on != before[0]:
        row.people.filter(answer=Answer.COMING).delete()  # to another day: they are asked again
    moved = before != (row.on, row.starts, row.place)
    if row.told_at is not None and moved and row.on >= dates.today():
        _tell(row, news="changed")
    record(actions.MEETING_CHANGED, by=by, ref=row.ref)
    return row


@transaction.atomic
def meeting_cancel(*, by: User, meeting: Meeting) -> bool:
    """Call a meeting off, and tell whom it was told; return whether it was on until now.

    Raises ValidationError: it was held.
    """
    row = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if row.cancelled_on is not None:
        return False
    if _was_held(row):
        raise ValidationError("It was held: it has minutes, or it is recorded who came.")
    row.cancelled_on = dates.today()
    row.revision += 1
    row.save(update_fields=["cancelled_on", "revision"])
    if row.told_at is not None and row.on >= dates.today():
        _tell(row, news="off")
    record(actions.MEETING_CANCELLED, by=by, ref=row.ref)
    return True


@transaction.atomic
def meeting_tell(*, by: User, meeting: Meeting) -> int:
    """E-mail everybody it concerns that there is a meeting, once; return how many, 0 if told.

    Raises ValidationError: called off, or its day is past.
    """
    row = _locked(meeting)
    if row.on < dates.today():
        raise ValidationError("Its day is past.")
    if row.told_at is not None:
        return 0
    row.told_at = timezone.now()
    row.revision += 1
    row.save(update_fields=["told_at", "revision"])
    people = _tell(row, news="new")
    if not people:
        raise ValidationError("Nobody who would be e-mailed can sign in.")
    record(actions.MEETING_TOLD, by=by, ref=row.ref, recipients=people)
    return people


@transaction.atomic
def meeting_answer(*, by: User, meeting: Meeting, answer: str) -> bool:
    """Record that a user comes to a meeting or sends apologies; return whether that is new.

    Raises ValidationError: called off, past, or another answer than those two.
    """
    row = _locked(meeting)
    if answer not in BEFORE:
        raise ValidationError("Say whether you are coming.")
    if row.on < dates.today():
        raise ValidationError("This meeting is over.")
    found = row.people.filter(user=by).first()
    person = found or MeetingPerson(meeting=row, **vars(somebody(PersonInput(user=by))))
    if person.answer == answer:
        return False
    if person.answer and person.answer not in BEFORE:
        raise ValidationError("It is recorded already whether you came.")
    _say(person, answer, by=by)
    record(actions.MEETING_ANSWERED, by=by, ref=row.ref, answer=answer)
    return True


@transaction.atomic
def person_list(*, by: User, meeting: Meeting, data: PersonInput, answer: str) -> MeetingPerson:
    """Put somebody on the list of a meeting, with what they said or whether they came.

    Raises ValidationError: called off, on it already, came before the day, or nobody is meant.
    """
    row = _locked(meeting)
    who = somebody(data)
    same = row.people.filter(user=who.user) if who.user else row.people.filter(
        user=None, member=who.member, name__iexact=who.name
    )  # fmt: skip
    if same.exists():
        raise ValidationError("They are listed already.")
    person = MeetingPerson(meeting=row, **vars(who))
    _check_day(row, answer)
    _say(person, answer, by=by)
    record(actions.MEETING_LISTED, by=by, ref=row.ref, member=person.member.slug)
    return person


@transaction.atomic
def attendance_record(*, by: User, meeting: Meeting, seen: str, answers: Mapping[int, str]) -> int:
    """Record who came of those on the list, by key; return how many changed.

    `seen` is list_seen() of the list that was looked at: an answer that came meanwhile is not
    recorded over. Raises ValidationError: answered meanwhile or somebody of another meeting (code
    "stale"), called off, somebody came before the day.
    """
    row = _locked(meeting)
    people = {person.pk: person for person in row.people.select_for_update(of=("self",))}
    if seen != list_seen(people.values()) or set(answers) - set(people):
        words = "Somebody answered since you opened this. Look at the list as it is now."
        raise ValidationError(words, code="stale")
    changed = [people[key] for key, told in answers.items() if people[key].answer != told]
    for person in changed:
        _check_day(row, answers[person.pk])
        _say(person, answers[person.pk], by=by)
    if changed:
        record(actions.MEETING_ATTENDED, by=by, ref=row.ref, people=len(changed))
    return len(changed)


def list_seen(people: Iterable[MeetingPerson]) -> str:
    """Return a mark that changes with whoever is on a list and what they said."""
    said = sorted((person.pk, person.answer) for person in people)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


@transaction.atomic
def minutes_draft(*, by: User, meeting: Meeting, revision: int, body: str) -> None:
    """Keep minutes that aren't published yet: nobody else reads them.

    Raises ValidationError: changed meanwhile (code "stale"), called off, they cite a record.
    """
    row = _locked(meeting, revision)
    row.draft = _plain(body, "body")
    row.revision += 1
    row.save(update_fields=["draft", "revision"])
    record(actions.MINUTES_DRAFTED, by=by, ref=row.ref)


@transaction.atomic
def minutes_publish(
    *, by: User, meeting: Meeting, revision: int, body: str, change: str = ""
) -> MeetingMinutes:
    """Publish minutes to all who may see the meeting; later ones say what they correct.

    Raises ValidationError: changed meanwhile (code "stale"), called off, before the day, no words,
    nothing said of what was corrected, the same words again, they cite a record.
    """
    row = _locked(meeting, revision)
    if row.on > dates.today():
        raise ValidationError(f"It is on {dates.short_date(row.on)}: minutes come after it.")
    last = row.minutes.first()
    text = _plain(body, "body")
    if last is not None and last.body == text:
        raise ValidationError({"body": "These words are published already."})
    made = MeetingMinutes(
        meeting=row,
        number=last.number + 1 if last else 1,
        body=text,
        change=_plain(change, "change") if last else "",
        made_on=dates.today(),
        made_by=by,
    )
    made.full_clean()
    with constraint_messages(MeetingMinutes):
        made.save()
    row.draft = ""
    row.revision += 1
    row.save(update_fields=["draft", "revision"])
    record(actions.MINUTES_PUBLISHED, by=by, ref=row.ref, version=made.number)
    return made


@transaction.atomic
def minutes_approve(*, by: User, meeting: Meeting, number: int, on: dt.date) -> bool:
    """Record the day on which a later meeting approved minutes; return whether that is new.

    Raises ValidationError: they aren't the newest any more (code "stale"), in the future, before
    they were published.
    """
    row = _locked(meeting)
    newest = row.minutes.first()
    if newest is None or newest.number != number:
        raise ValidationError("There are newer minutes. Look at those first.", code="stale")
    if newest.approved_on is not None:
        return False
    if on > dates.today():
        raise ValidationError({"approved_on": "This is in the future."})
    newest.approved_on = on
    newest.full_clean()
    newest.save(update_fields=["approved_on"])
    record(actions.MINUTES_APPROVED, by=by, ref=row.ref, version=number)
    return True


@transaction.atomic
def minutes_blank(*, by: User, meeting: Meeting, words: str, why: str) -> int:
    """Cover words in a meeting's agenda, draft and every version of its minutes; return how often.

    For a name that should never have been there: of what was published nothing else changes, and
    readers see that something was taken out, and why. Raises ValidationError: too short, nowhere
    in it, no reason.
    """
    row: Meeting = Meeting.objects.select_for_update().get(pk=meeting.pk)
    words, why = words.strip(), why.strip()
    if len(words) < SHORTEST:
        raise ValidationError({"words": f"Enter {SHORTEST} letters or more."})
    if not why:
        raise ValidationError({"why": "Write why. Readers see it."})
    found = 0
    row.agenda, in_agenda = _covered(row.agenda, words)
    row.draft, in_draft = _covered(row.draft, words)
    for minutes in row.minutes.select_for_update():
        minutes.body, in_body = _covered(minutes.body, words)
        minutes.change, in_change = _covered(minutes.change, words)
        if in_body or in_change:
            minutes.blanked_at, minutes.blanked_by = timezone.now(), by
            minutes.blanked_why = why
            minutes.save()
        found += in_body + in_change
    found += in_agenda + in_draft
    if not found:
        raise ValidationError({"words": "This stands nowhere in it."})
    row.revision += 1
    row.save(update_fields=["agenda", "draft", "revision"])
    record(actions.MINUTES_BLANKED, by=by, ref=row.ref, times=found)
    return found


def _covered(text: str, words: str) -> tuple[str, int]:
    """Return a text with these words covered, whatever their case, and how often they stood."""
    return re.subn(
        re.escape(words), lambda match: COVER * len(match.group()), text, flags=re.IGNORECASE
    )


def audience_of(meeting: Meeting) -> UserQuerySet:
    """Return whom a meeting is announced to.

    The Board for its own; else the Board and who speaks for a business or an agency.
    """
    roles = ["board"] if meeting.kind == Meeting.Kind.BOARD else ["board", "manager", "agency"]
    found: UserQuerySet = User.objects.with_access().filter(role__in=roles)
    return found


def _tell(row: Meeting, *, news: str) -> int:
    """Queue the letter about a meeting as it is now; return how many people get one."""
    context = {
        "news": news,
        "kind": row.get_kind_display(),
        "day": f"{row.on:%A} {row.on.day} {row.on:%B %Y}",
        "starts": f"{row.starts:%H:%M}",
        "place": row.place,
        "path": reverse("meeting", args=[row.ref]),
    }
    key = f"meeting:{row.ref}:{row.revision}"
    return len(
        email_queue(users=audience_of(row), key=key, template="meeting", context=context)
    )  # fmt: skip


def _say(person: MeetingPerson, answer: str, *, by: User) -> None:
    person.answer, person.told_by, person.told_at = answer, by, timezone.now()
    person.full_clean()
    with constraint_messages(MeetingPerson):
        person.save()


def _check_day(meeting: Meeting, answer: str) -> None:
    if answer not in BEFORE and meeting.on > dates.today():
        on = dates.short_date(meeting.on)
        raise ValidationError(f"It is on {on}: who came is recorded from that day on.")


def _was_held(row: Meeting) -> bool:
    came = row.people.exclude(answer__in=BEFORE).exists()
    return came or row.minutes.exists()


def _locked(meeting: Meeting, revision: int | None = None) -> Meeting:
    row: Meeting = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if revision is not None:
        check_revision(row, revision)
    if row.cancelled_on is not None:
        raise ValidationError("This meeting was called off.", code="stale")
    return row


def _fill(row: Meeting, data: MeetingInput) -> None:
    for name, value in vars(data).items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.agenda = _plain(data.agenda, "agenda")
    row.full_clean()
    with constraint_messages(Meeting):
        row.save()


def _plain(text: str, field: str) -> str:
    """Return words with one kind of line break. Raises ValidationError: they cite a record.

    Members and the Board read them: who is reported on is for the gallery alone (DESIGN section 3).
    """
    named = references_in(text)
    if named:
        words = f"Take out {named[0]}: everybody who reads this could look up who it is."
        raise ValidationError({field: words})
    return text.replace("\r\n", "\n").strip()
