"""What is in an evidence pack, read from the database in one go and put in words."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from audit.actions import words_for
from audit.models import Event
from audit.querysets import events_of_exhibits
from common import dates
from common.money import pounds
from common.scanning import held_words
from common.wording import counted
from exclusions.models import (
    CaseFile,
    CaseIncident,
    CaseStatement,
    EvidencePack,
    Notice,
    WarningLetter,
)
from exclusions.querysets import breaches
from incidents import actions as incident_actions
from incidents.models import Attachment, Involvement, Report
from incidents.police_pack.case import methods, place, vehicle, weapon
from offenders.models import Subject

from .names import Names

Facts = list[tuple[str, str]]
LAW: Final[dict[str, str]] = {
    CaseFile.Kind.INJUNCTION: "Anti-social Behaviour, Crime and Policing Act 2014, Part 1",
    CaseFile.Kind.CBO: "Anti-social Behaviour, Crime and Policing Act 2014, Part 2",
    CaseFile.Kind.IOM: "Integrated Offender Management, referral",
}
CUSTODY: Final = (
    incident_actions.EVIDENCE_CHECKED.code,
    incident_actions.EVIDENCE_DOWNLOADED.code,
)


@dataclass(frozen=True)
class Exhibit:
    """A file of the pack: its number in it, where it is stored, and under which name it goes."""

    number: int
    ref: str
    report_ref: str
    in_report: int
    stored: str
    sha256: str
    name: str
    added_at: dt.datetime
    picture: str  # the stored card size of a photo, "" for none
    held: bool  # by the virus scanner: it may not leave


@dataclass(frozen=True)
class Contents:
    """A pack's words, ready for the PDF, and its exhibits."""

    data: dict[str, Any]
    exhibits: list[Exhibit]
    incident_refs: list[str]
    subject_refs: list[str]
    fields: list[str]


def contents_of(pack: EvidencePack) -> Contents:
    """Return what a pack holds. Call it in a transaction in which the case file stands still."""
    case = pack.case
    incidents = list(
        case.incidents.select_related(
            "report__type", "report__premises__member", "report__member",
            "report__reporter__member", "report__area",
        ).order_by("report__occurred_at", "report__ref")
    )  # fmt: skip
    statements = list(
        case.statements.select_related("member", "incident__report").order_by(
            "incident__report__occurred_at", "pk"
        )
    )
    names = Names(incidents, statements)
    files = _files(incidents)
    exhibits = [_exhibit(number, file) for number, file in enumerate(files, start=1)]
    notices = list(case.subject.notices.filter(served_at__isnull=False).order_by("served_at"))
    letters = list(case.subject.warning_letters.given().order_by("given_at"))
    broken = _broken(case.subject)
    data = {
        "cover": _cover(pack, len(incidents), len(exhibits)),
        "words": case.words,
        "summary": _summary(incidents, letters, notices, broken),
        "chronology": _chronology(incidents, exhibits, names, case.subject),
        "losses": [_loss(each.report) for each in incidents],
        "totals": _totals(incidents),
        "warnings": [_letter(letter) for letter in letters],
        "notices": [_notice(notice) for notice in notices],
        "breaches": broken,
        "places": _places(incidents),
        "exhibits": _custody(files, exhibits, names),
        "statements": [_statement(one, names) for one in statements if one.incident],
        "impacts": [_statement(one, names) for one in statements if not one.incident],
    }
    return Contents(
        data=data,
        exhibits=exhibits,
        incident_refs=[each.report.ref for each in incidents],
        subject_refs=[case.subject.ref],
        fields=_kinds(data, statements),
    )


def no_longer_citable(case: CaseFile) -> list[str]:
    """Return the incidents of a case file that are no accepted ones of its person any more.

    Somebody else was taken for them, the report was rejected or is a double, a merge was undone.
    """
    citable = Report.objects.accepted_incidents().filter(people__subject=case.subject_id)
    wrong = case.incidents.exclude(report__in=citable.values("pk"))
    return list(wrong.order_by("report__ref").values_list("report__ref", flat=True))


def _files(incidents: Sequence[CaseIncident]) -> list[Attachment]:
    wanted = [each.report_id for each in incidents if each.with_files]
    order = {key: place for place, key in enumerate(wanted)}
    found = Attachment.objects.filter(report__in=wanted).select_related(
        "report__member", "added_by__member"
    )
    return sorted(found, key=lambda file: (order[file.report_id], file.number))


def _exhibit(number: int, file: Attachment) -> Exhibit:
    stored = str(file.original.name)
    shown = file.kind == Attachment.Kind.PHOTO and file.variants_ready_at is not None
    return Exhibit(
        number=number,
        ref=file.exhibit_ref,
        report_ref=file.report.ref,
        in_report=file.number,
        stored=stored,
        sha256=file.sha256,
        name=f"exhibits/{number:03d}-{file.report.ref}-{file.number}.{stored.rpartition('.')[2]}",
        added_at=file.added_at,
        picture=file.variant_path("card") if shown else "",
        held=bool(held_words(file)),
    )


def _cover(pack: EvidencePack, incidents: int, exhibits: int) -> Facts:
    case, subject = pack.case, pack.case.subject
    born = subject.date_of_birth
    aliases = ", ".join(subject.aliases.values_list("name", flat=True))
    return [
        ("For", case.get_kind_display()),
        ("Under", LAW[case.kind]),
        ("About", f"{subject.shown_name} ({subject.ref})"),
        ("Also known as", aliases),
        ("Date of birth", dates.short_date(born) if born else "Not known"),
        ("Case file", case.ref),
        ("Pack", pack.ref),
        ("Prepared by", f"{pack.ordered_by.name}, {pack.ordered_by.member.name}"),
        ("As of", dates.in_full(pack.ordered_at)),
        ("In it", f"{counted(incidents, 'incident')}, {counted(exhibits, 'exhibit')}"),
    ]


def _summary(
    incidents: Sequence[CaseIncident],
    letters: Sequence[WarningLetter],
    notices: Sequence[Notice],
    broken: Sequence[Any],
) -> Facts:
    reports = [each.report for each in incidents]
    kinds = Counter(report.title for report in reports)
    stolen, back, net = _sums(reports)
    days = [dates.london_date(report.occurred_at) for report in reports]
    span = f"{dates.short_date(min(days))} to {dates.short_date(max(days))}" if days else ""
    return [
        ("Incidents", f"{len(reports)}, {span}"),
        ("Of which", "; ".join(f"{count} {title}" for title, count in kinds.most_common())),
        ("With violence or threats", str(sum(r.violence or r.threats for r in reports))),
        ("Arrests", str(sum(r.outcome == Report.Outcome.ARRESTED for r in reports))),
        ("Stolen", pounds(stolen, pence=True)),
        ("Recovered", pounds(back, pence=True)),
        ("Net loss", pounds(net, pence=True)),
        ("Businesses", str(len({report.member_id for report in reports}))),
        ("Warning letters given", str(len(letters))),
        ("Exclusion notices served", str(len(notices))),
        ("Breaches of them", str(len(broken))),
    ]


def _sums(reports: Iterable[Report]) -> tuple[Decimal, Decimal, Decimal]:
    rows = list(reports)
    return (
        sum((report.value_stolen for report in rows), Decimal(0)),
        sum((report.value_recovered for report in rows), Decimal(0)),
        sum((report.net_loss for report in rows), Decimal(0)),
    )


def _chronology(
    incidents: Sequence[CaseIncident],
    exhibits: Sequence[Exhibit],
    names: Names,
    subject: Subject,
) -> list[dict[str, Any]]:
    numbers: dict[str, list[str]] = defaultdict(list)
    for exhibit in exhibits:
        numbers[exhibit.report_ref].append(str(exhibit.number))
    others = _others(incidents, subject)
    return [
        {
            "ref": each.report.ref,
            "when": dates.in_full(each.report.occurred_at),
            "what": each.report.title,
            "facts": _told(each.report, names, numbers[each.report.ref], others[each.report_id]),
            "account": each.account.strip(),
        }
        for each in incidents
    ]


def _others(incidents: Sequence[CaseIncident], subject: Subject) -> Counter[int]:
    """Return how many other people each incident tells of: they are counted, never named."""
    keys = [each.report_id for each in incidents]
    people = Involvement.objects.filter(report__in=keys)
    return Counter(people.exclude(subject=subject).values_list("report_id", flat=True))


def _told(report: Report, names: Names, exhibits: list[str], others: int) -> Facts:
    attacked = "Somebody was hurt or attacked" if report.violence else ""
    threats = "Somebody was threatened or abused" if report.threats else ""
    harm = [attacked, threats, weapon(report)]
    police = report.police_ref or ("Told" if report.police_told else "")
    return [
        ("Where", place(report.premises)),
        ("Reported by", names.of_user(report.reporter, report.member)),
        ("How it was done", methods(report)),
        ("Harm", "; ".join(part for part in harm if part)),
        ("Vehicle", vehicle(report)),
        ("How it ended", report.get_outcome_display()),
        ("Police", police),
        ("Others in it", str(others) if others else ""),
        ("Exhibits", ", ".join(exhibits)),
    ]


def _loss(report: Report) -> list[str]:
    sums = (report.value_stolen, report.value_recovered, report.net_loss)
    return [
        dates.short_date(dates.london_date(report.occurred_at)),
        report.ref,
        report.title,
        *(pounds(value, pence=True) for value in sums),
    ]


def _totals(incidents: Sequence[CaseIncident]) -> list[str]:
    return [pounds(value, pence=True) for value in _sums(each.report for each in incidents)]


def _letter(letter: WarningLetter) -> list[str]:
    given, ends = letter.given_on, letter.ends_on
    assert given is not None and ends is not None  # noqa: PT018  (asked for given ones)
    # Not by whom: that may be somebody whose name a statement withholds.
    how = letter.get_given_how_display()
    return [letter.ref, dates.short_date(given), dates.short_date(ends), how]


def _notice(notice: Notice) -> list[str]:
    served, ends = notice.served_at, notice.ends_on
    assert served is not None and ends is not None  # noqa: PT018  (asked for served ones)
    return [
        notice.ref,
        dates.short_date(dates.london_date(served)),
        dates.short_date(ends),
        notice.state_words,
    ]


def _broken(subject: Subject) -> list[list[str]]:
    """Return the subject's breaches by reports that were reviewed, the oldest first."""
    rows = (
        breaches()
        .filter(subject=subject, report__status=Report.Status.ACCEPTED)
        .select_related("report__premises", "report__type")
        .order_by("occurred_at", "pk")
    )
    return [
        [
            dates.in_full(row.report.occurred_at),
            row.notice_ref,
            row.report.ref,
            row.report.premises.name,
            row.report.title if row.report.kind == Report.Kind.INCIDENT else "Seen",
        ]
        for row in rows
    ]


def _places(incidents: Sequence[CaseIncident]) -> list[list[str]]:
    counts = Counter(each.report.premises for each in incidents)
    return [[place(premises), str(count)] for premises, count in counts.most_common()]


def _custody(
    files: Sequence[Attachment], exhibits: Sequence[Exhibit], names: Names
) -> list[dict[str, Any]]:
    events: dict[tuple[str, int], list[Event]] = defaultdict(list)
    for event in events_of_exhibits([exhibit.report_ref for exhibit in exhibits], CUSTODY):
        events[event.record, int(event.detail.get("exhibit", 0))].append(event)
    return [
        {
            "number": exhibit.number,
            "ref": exhibit.ref,
            "what": _what(file),
            "received": f"{dates.in_full(file.added_at)}, from"
            f" {names.of_user(file.added_by, file.report.member)}",
            "sha256": exhibit.sha256,
            "chain": [_link(event) for event in events[exhibit.report_ref, exhibit.in_report]],
            "picture": f"{exhibit.number}.jpg" if exhibit.picture else "",
            "file": exhibit.name,
        }
        for file, exhibit in zip(files, exhibits, strict=True)
    ]


def _what(file: Attachment) -> str:
    """Return what a file is. Not its name on the sender's device: that may say whose it is."""
    return f"{file.kind_words}, {file.byte_size:,} bytes"


def _link(event: Event) -> str:
    """Return one link of the chain of custody: by role and business, so that no name is told."""
    intact = {True: " (unaltered)", False: " (ALTERED)"}.get(event.detail.get("intact"), "")
    by = event.member_name if event.actor_role != "intel" else "the Intelligence Manager"
    return f"{dates.in_full(event.at)}: {words_for(event.action)}{intact}, {by or 'the system'}"


def _statement(statement: CaseStatement, names: Names) -> dict[str, str]:
    of = statement.incident.report.ref if statement.incident else statement.member.name
    return {
        "who": names.of_statement(statement),
        "about": of,
        "member": statement.member.name,
        "age": "Over 18" if statement.witness_age is None else str(statement.witness_age),
        "occupation": statement.occupation,
        "words": statement.words,
    }


def _kinds(data: dict[str, Any], statements: Sequence[CaseStatement]) -> list[str]:
    """Return the kinds of data in a pack, as the register of sharing says them."""
    kinds = ["name and date of birth of the subject", "time and place", "what happened"]
    kinds += ["values lost"]
    kinds += ["warning letters"] if data["warnings"] else []
    kinds += ["exclusion notices"] if data["notices"] else []
    kinds += ["breaches"] if data["breaches"] else []
    kinds += ["photos and files"] if data["exhibits"] else []
    kinds += ["statements"] if statements else []
    kinds += ["names of witnesses"] if any(one.name_shown for one in statements) else []
    return kinds
