"""Every kind of record that may hold something about somebody, and how it is searched.

A table that is new tomorrow belongs here: records/tests/test_access.py fails for one that points to
a subject and that no source speaks of.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.db.models import Q

from common import dates
from exclusions.models import Appeal, CaseFile, CaseStatement, Notice, ServiceAttempt, WarningLetter
from incidents.models import Alert, Involvement, Report
from members.models import SharingRecord
from offenders.models import (
    AgeOverride,
    AgeReview,
    Association,
    BulletinProfile,
    LegalFact,
    Method,
    Photo,
    PrintedPack,
    ProfileVersion,
    Recognition,
    Restriction,
    Subject,
    SubjectWarning,
    TopTenChoice,
    TopTenPlace,
    Vehicle,
)
from records.models import Complaint, PrivacyNotice, RetentionHold, RightsRequest

from .elsewhere import mails, members_people, viewers
from .found import Found, Line, Source, Terms
from .likeness import speaking
from .reported import files_sent, intelligence_said, reports

L = Line
LOOKS: Final = {"mo": "How they go about it", "haunts": "Where they are seen", "times": "When"}


def _records(terms: Terms) -> Iterator[Found]:
    for row in Subject.objects.filter(pk__in=terms.keys).prefetch_related("aliases"):
        looks = ("sex", "height", "build", "hair", "marks", "description", "mo", "haunts", "times")
        lines = [
            L("Status", row.get_status_display()),
            L("Name", row.name),
            L("Also known as", [alias.name for alias in row.aliases.all()]),
            L("Date of birth", row.date_of_birth),
            L("Looked, youngest", row.age_low),
            L("Looked, oldest", row.age_high),
            *(L(LOOKS.get(name, name.capitalize()), getattr(row, name)) for name in looks),
            L("Methods", [Method(code).label for code in row.methods]),
            L("Last incident before the record came here", row.last_incident_before),
            L("Notes", row.notes),
        ]
        yield Found(row.ref, f"Working record {row.ref}", dates.london_date(row.created_at), lines)


def _parts(terms: Terms) -> Iterator[Found]:
    """What hangs on the record, row by row."""
    of = {"subject__in": terms.keys}
    for warning in SubjectWarning.objects.filter(**of):
        yield _part("warning", "Warning", warning, warning.added_at,
                    L("Warning", warning.get_marker_display()), L("Reason", warning.reason),
                    L("To be reviewed", warning.review_on),
                    L("Ended", warning.ended_at))  # fmt: skip
    for vehicle in Vehicle.objects.filter(**of):
        yield _part("vehicle", "Vehicle", vehicle, vehicle.added_at,
                    L("Registration", vehicle.registration), L("Said", vehicle.words))  # fmt: skip
    for fact in LegalFact.objects.filter(**of):
        yield _part("fact", "Police or court fact", fact, fact.added_at,
                    L("Fact", fact.get_kind_display()), L("On", fact.happened_on),
                    L("Offence", fact.offence),
                    L("Known from", fact.source, secret=True))  # fmt: skip
    for age in AgeOverride.objects.filter(**of):
        yield _part("age", "Decision about age", age, age.added_at, L("Reason", age.reason),
                    L("Safeguarding", age.safeguarding), L("Until", age.review_on))  # fmt: skip
    for grown in AgeReview.objects.filter(**of):
        yield _part("grown", "Looked at when they turned 18", grown, grown.reviewed_at,
                    L("Decided", grown.words))  # fmt: skip
    for told in Recognition.objects.filter(**of).select_related("given_by"):
        yield _part("name", "Name that was given", told, told.given_at, L("Name", told.name),
                    L("Said", told.words), hide=[told.given_by.name])  # fmt: skip
    for place in TopTenPlace.objects.filter(**of):
        yield _part("top", "Place on the Top 10", place, None, L("Place", place.rank),
                    L("From", place.since), L("Until", place.until))  # fmt: skip
    for choice in TopTenChoice.objects.filter(**of):
        yield _part(
            "choice",
            "Choice about the Top 10",
            choice,
            None,
            L("Choice", choice.get_kind_display()),
        )
    for held in RetentionHold.objects.filter(**of):
        yield _part("hold", "Hold", held, held.placed_at, L("Why", held.get_reason_display()),
                    L("In words", held.words))  # fmt: skip
    for restricted in Restriction.objects.filter(**of):
        yield _part("restriction", "Held from members", restricted, restricted.since,
                    L("Because of", restricted.because), L("Shown", restricted.shown_because),
                    L("Ended", restricted.ended_at))  # fmt: skip


def _part(kind: str, title: str, row: Any, at: Any, *lines: Line, hide: Any = ()) -> Found:
    return Found(f"{kind}-{row.pk}", title, dates.london_date(at) if at else None, lines, hide)


def _associates(terms: Terms) -> Iterator[Found]:
    pairs = Association.objects.filter(Q(first__in=terms.keys) | Q(second__in=terms.keys))
    for row in pairs.select_related("first", "second"):
        other = row.second if row.first_id in terms.keys else row.first
        lines = [
            L("Seen with", other.shown_name, secret=True),
            L("Said", row.words),
            L("Known from", row.source, secret=True),
            L("Report", row.report_ref),
        ]
        on = dates.london_date(row.added_at)
        yield Found(str(row.pk), "Somebody they act with", on, lines, _names(other),
                    about=[other.ref])  # fmt: skip


def _names(subject: Subject) -> list[str]:
    return [subject.name, *subject.aliases.values_list("name", flat=True)]


def _profiles(terms: Terms) -> Iterator[Found]:
    for row in ProfileVersion.objects.filter(subject__in=terms.keys).select_related("subject"):
        lines = [
            L("Name", row.name), L("Also known as", row.aliases), L("Line", row.line),
            L("Description", row.description), L("MO", row.mo), L("Warnings", row.warning_words()),
            L("Lawful ground", row.get_ground_display()), L("Necessity", row.necessity),
            L("For whom", row.audience_words()), L("Published", row.published_at),
            L("Shown until", row.expires_on), L("Why longer", row.longer_because),
            L("Withdrawn", row.withdrawn_at), L("Why withdrawn", row.withdrawn_reason),
        ]  # fmt: skip
        title = f"Profile {row.subject.ref}, version {row.number}"
        yield Found(str(row.pk), title, dates.london_date(row.published_at), lines)


def _photos(terms: Terms) -> Iterator[Found]:
    photos = Photo.objects.filter(subject__in=terms.keys).order_by("pk")
    for number, row in enumerate(photos, start=1):
        shown = row.variants_ready_at is not None
        lines = [
            L("Comes from", row.source, secret=True),
            L("Taken", row.taken_on),
            L("Not in this pack", "" if shown else "It is held, and can’t be shown"),
        ]
        image = row.variant_path("large") if shown else ""
        yield Found(str(row.uuid), f"Photo {number}", dates.london_date(row.added_at), lines,
                    image=image)  # fmt: skip


def _bulletins(terms: Terms) -> Iterator[Found]:
    entries = BulletinProfile.objects.filter(
        subject__in=terms.keys, bulletin__sent_at__isnull=False
    )
    for row in entries.select_related("bulletin"):
        lines = [L("Headline", row.bulletin.headline), L("Opening", row.bulletin.opening),
                 L("Sent", row.bulletin.sent_at),
                 L("Left out", row.get_left_out_display())]  # fmt: skip
        on = dates.london_date(row.bulletin.sent_at or row.bulletin.created_at)
        yield Found(str(row.pk), f"In bulletin {row.bulletin.ref}", on, lines)


def _alerts(terms: Terms) -> Iterator[Found]:
    about = Q(subject__in=terms.keys) | Q(names__overlap=list(terms.keys))
    linked = set(Alert.objects.filter(about).values_list("pk", flat=True))
    said = speaking(Alert.objects.exclude(text=""), "text", terms.names)
    unlinked = set(said.values_list("pk", flat=True)) - linked
    rows = Alert.objects.filter(pk__in=linked | unlinked).order_by("pk")
    for row in rows.select_related("raised_by", "subject"):
        named = Subject.objects.filter(pk__in={*row.names, row.subject_id} - {*terms.keys, None})
        hide = [row.raised_by.name, *(name for other in named for name in _names(other))]
        lines = [L("Alert", row.text), L("Raised", row.raised_at), L("Ended", row.expires_at),
                 L("Withdrawn because", row.withdrawn_reason)]  # fmt: skip
        on = dates.london_date(row.raised_at)
        yield Found(row.ref, f"Alert {row.ref}", on, lines, hide, linked=row.pk not in unlinked,
                    about=[other.ref for other in named])  # fmt: skip


def _notices(terms: Terms) -> Iterator[Found]:
    rows = Notice.objects.filter(subject__in=terms.keys)
    for row in rows.prefetch_related("grounds", "attempts", "variations"):
        attempts: list[ServiceAttempt] = list(row.attempts.all())
        lines = [
            L("Name on it", row.printed_name), L("Why", row.reason),
            L("Below the threshold because", row.below_threshold_reason),
            L("Rests on", [report.ref for report in row.grounds.all()]),
            L("Other matters", row.matters_words), L("Connection", row.conflict),
            L("Parent or guardian", row.young_guardian, secret=True),
            L("Safeguarding", row.young_safeguarding), L("Served", row.served_at),
            L("How", row.get_service_method_display() if row.served_at else ""),
            L("Served by", row.served_by, secret=True), L("Last day", row.ends_on),
            L("Attempts to serve it", [dates.in_full(each.attempted_at) for each in attempts]),
            L("Varied", [dates.in_full(each.made_at) for each in row.variations.all()]),
            L("Revoked", row.revoked_at), L("Why revoked", row.revoked_reason),
        ]  # fmt: skip
        hide = [row.served_by, *(each.attempted_by for each in attempts)]
        on = dates.london_date(row.raised_at)
        yield Found(row.ref, f"Exclusion notice {row.ref}", on, lines, hide)


def _letters(terms: Terms) -> Iterator[Found]:
    for row in WarningLetter.objects.filter(subject__in=terms.keys):
        lines = [
            L("Name on it", row.printed_name), L("Why", row.reason), L("Given", row.given_at),
            L("Given by", row.given_by, secret=True), L("Last day", row.ends_on),
            L("Parent or guardian", row.young_guardian, secret=True),
            L("Withdrawn because", row.withdrawn_reason),
        ]  # fmt: skip
        on = dates.london_date(row.raised_at)
        yield Found(row.ref, f"Warning letter {row.ref}", on, lines, [row.given_by])


def _appeals(terms: Terms) -> Iterator[Found]:
    for row in Appeal.objects.filter(notice__subject__in=terms.keys).select_related("notice"):
        lines = [
            L("Against", row.notice.ref), L("Came in", row.received_on), L("They said", row.words),
            L("Decision", row.get_decision_display() if row.decision else ""),
            L("Reasons", row.reasons), L("Told", row.told_on),
        ]  # fmt: skip
        yield Found(row.ref, f"Appeal {row.ref}", row.received_on, lines)


def _cases(terms: Terms) -> Iterator[Found]:
    for row in CaseFile.objects.filter(subject__in=terms.keys).prefetch_related("incidents"):
        lines = [L("Kind", row.get_kind_display()), L("First page", row.words),
                 L("Accounts", [each.account for each in row.incidents.all()]),
                 L("Closed because", row.closed_reason)]  # fmt: skip
        on = dates.london_date(row.made_at)
        yield Found(row.ref, f"Case file {row.ref}", on, lines, _on_incidents(row, terms))
    for one in CaseStatement.objects.filter(case__subject__in=terms.keys).select_related("case"):
        lines = [L("Witness", one.witness_name, secret=True),
                 L("Occupation", one.occupation, secret=True),
                 L("Statement", one.words)]  # fmt: skip
        on = dates.london_date(one.added_at)
        title = f"Statement in {one.case.ref}"
        yield Found(f"statement-{one.pk}", title, on, lines, [one.witness_name])


def _on_incidents(case: CaseFile, terms: Terms) -> list[str]:
    """Return the names of everybody else on the incidents of a case file."""
    reports = [each.report_id for each in case.incidents.all()]
    people = Involvement.objects.filter(report__in=reports).exclude(subject__in=terms.keys)
    names = []
    for each in people.select_related("subject"):
        names += [each.named_as, *(_names(each.subject) if each.subject else ())]
    names += Report.objects.filter(pk__in=reports).values_list("reporter__name", flat=True)
    return [name for name in names if name]


def body_of(row: SharingRecord) -> str:
    """Return the force or body that data was given to, without the name of who took it."""
    if row.recipient_member is not None:
        return str(row.recipient_member.name)
    return str(row.recipient).partition(", ")[2] or str(row.recipient)


def _shares(terms: Terms) -> Iterator[Found]:
    rows = SharingRecord.objects.filter(subjects__overlap=list(terms.refs))
    for row in rows.select_related("recipient_member"):
        lines = [L("Given to", body_of(row)), L("What", row.fields), L("What for", row.purpose),
                 L("Under which law", row.lawful_basis), L("Agreement", row.agreement)]  # fmt: skip
        on = dates.london_date(row.shared_at)
        yield Found(row.ref, f"Shared, {row.ref}", on, lines)
    for pack in PrintedPack.objects.filter(subjects__overlap=list(terms.refs)):
        lines = [L("Paper copy for", pack.member.name), L("To be kept until", pack.expires_on)]
        yield Found(pack.ref, f"Paper copy {pack.ref}", dates.london_date(pack.made_at), lines)


def _rights(terms: Terms) -> Iterator[Found]:
    for row in RightsRequest.objects.filter(subject_refs__overlap=list(terms.refs)):
        lines = [L("Kind", row.get_kind_display()), L("They said", row.words),
                 L("Decision", row.get_decision_display() if row.decision else ""),
                 L("Reasons", row.reasons), L("Told", row.told_on)]  # fmt: skip
        yield Found(row.ref, f"Request {row.ref}", row.received_on, lines)
    for one in Complaint.objects.filter(subject_refs__overlap=list(terms.refs)):
        lines = [L("From", one.complainant, secret=True), L("They said", one.words),
                 L("Reasons", one.reasons)]  # fmt: skip
        yield Found(one.ref, f"Complaint {one.ref}", one.received_on, lines, [one.complainant])
    for told in PrivacyNotice.objects.filter(subject__in=terms.keys):
        lines = [L("Given", told.given_on), L("Withheld because", told.get_withheld_display()),
                 L("In words", told.words)]  # fmt: skip
        yield Found(f"privacy-{told.pk}", "Privacy notice", dates.london_date(told.made_at), lines)


SOURCES: Final[dict[str, Source]] = {
    "record": Source("Working record", _records),
    "part": Source("Parts of the record", _parts),
    "associate": Source("People they act with", _associates),
    "profile": Source("Published profiles", _profiles),
    "photo": Source("Photos", _photos),
    "report": Source("Reports", reports),
    "file": Source("Files sent with reports", files_sent),
    "intelligence": Source("Intelligence", intelligence_said),
    "alert": Source("Alerts", _alerts),
    "notice": Source("Exclusion notices", _notices),
    "letter": Source("Warning letters", _letters),
    "appeal": Source("Appeals", _appeals),
    "case": Source("Case files", _cases),
    "bulletin": Source("Bulletins", _bulletins),
    "share": Source("Given to others", _shares),
    "rights": Source("Requests, complaints, privacy notices", _rights),
    "people": Source("Members’ people", members_people),
    "mail": Source("E-mails", mails),
    "viewers": Source("Who looked at it", viewers),
}
"""By the code of each, in the order of the pack."""


def also(code: str, source: Source) -> None:
    """Search another kind of record too: of an app that this one doesn't know."""
    SOURCES[code] = source


def found_words(found: Mapping[str, int]) -> str:
    """Return how many items of each kind a search found, in words."""
    kinds = {code: SOURCES[code].label.lower() for code in found if code in SOURCES}
    said = [f"{label}: {found[code]}" for code, label in kinds.items()]
    return ", ".join(said) or "nothing"
