"""Files of exclusion notices."""

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar

from common import dates
from common.bulk import Refusal, Taken
from exclusions.activity import activity_refresh
from exclusions.models import Notice
from exclusions.takeover import NoticeTaken, notice_taken, notices_number, notices_save
from imports.cells import (
    choice,
    day_of,
    moment_of,
    several,
    time_in,
    words,
)
from imports.known import OURS_UNNAMED, Known
from offenders.models import Subject

from .base import Field, Kind, Line, Told, judged, keyed
from .retention import OLD, kept_until, too_old

METHOD_WORDS = {
    "by hand": "in_person", "hand": "in_person", "handed": "in_person", "personal": "in_person",
    "in person": "in_person", "personally": "in_person", "letter": "post", "recorded delivery":
    "post", "posted": "post", "mail": "post", "police station": "custody", "police": "custody",
    "prison": "custody",
}  # fmt: skip


class Notices(Kind):
    code = "notices"
    main = "exclusions.notice"
    about = "Notices served before, with their own dates. One that runs holds from the import on."
    after = ("subjects", "incidents")
    is_about_people = True
    fields: ClassVar[tuple[Field, ...]] = (
        keyed("notice id", "notice number", "ban number", "exclusion number", "exclusion id",
              "ban id", "exclusion ref", example="B-17"),
        Field("subject", "Who", "Their number in the file of subjects; ours (D-0042) with a name.",
              needed=True, also=("subject id", "offender", "offender id", "offender number",
              "person id", "subject number", "profile id", "banned person"), example="1042"),
        Field("name", "Name", "Compared with the record. Needed where “Who” is our reference.",
              also=("subject name", "offender name", "full name"), example="Kevin Marsh", most=120),
        Field("reason", "Why", "", words, needed=True,
              also=("grounds", "ban reason", "exclusion reason", "details"), most=2000,
              example="Stole from three members in March."),
        Field("served_on", "Served on", "", day_of, needed=True,
              also=("service date", "date served", "served", "start date", "ban start", "from",
                    "issued", "date issued"), example="14/03/2026"),
        Field("ends_on", "Last day", "Twelve months at most; that when empty.", day_of,
              also=("end date", "ban end", "expires", "expiry", "expiry date", "until", "to",
                    "ends"), example="13/03/2027"),
        Field("method", "How it was served", "In person, by post, at custody.",
              choice(Notice.Method.choices, METHOD_WORDS), needed=True,
              also=("service method", "how served", "served how", "delivery"),
              example="Handed over in person"),
        Field("served_by", "Served by", "Who served it.", needed=True,
              also=("server", "issued by", "served by name", "officer"), example="PC Lane",
              most=120),
        Field("revoked_on", "Revoked on", "If it ended before its day.", day_of,
              also=("cancelled on", "date cancelled", "revoked", "lifted", "date lifted")),
        Field("revoked_reason", "Why it was revoked", "",
              also=("cancellation reason", "reason lifted"), most=500),
        Field("reports", "Incidents it rests on", "Their numbers, or ours (INC-2026-00017).",
              several, also=("incidents", "incident ids", "incident numbers", "evidence")),
    )  # fmt: skip

    def apart(self, line: Line) -> Sequence[str]:
        return [line.said("subject"), str(line.get("served_on", ""))]

    def make(self, line: Line, known: Known, told: Told) -> Taken | None:
        subject = self._subject(line, known)
        served, revoked = line.get("served_on"), line.get("revoked_on")
        ends = line.get("ends_on") or (served and dates.last_day_of_year_from(served))
        reports = self._reports(line, known)
        over = min(ends, revoked) if ends and revoked else ends
        if over and too_old(over):
            line.wrong("ends_on" if over == ends else "revoked_on", OLD)
        if line.problems or subject is None or served is None or ends is None:
            return None
        line.keep_until = kept_until(over or ends)
        data = NoticeTaken(
            subject=subject,
            reason=line.get("reason", ""),
            served_at=_at(served, line.said("served_on"), told.stamp.at),
            ends_on=ends,
            method=line.get("method", ""),
            served_by=line.get("served_by", ""),
            revoked_at=revoked and _at(revoked, line.said("revoked_on"), told.stamp.at),
            revoked_reason=line.get("revoked_reason", ""),
            reports=reports,
        )
        taken = judged(line, lambda: notice_taken(data, stamp=told.stamp))
        if taken and taken.main.in_force_on():
            until = dates.short_date(ends)
            who = f"{subject.name} ({subject.ref})"
            line.note("subject", f"{who} is excluded until {until} as soon as it is written.")
        return taken

    def _subject(self, line: Line, known: Known) -> Subject | None:
        said = line.said("subject")
        name = line.get("name", "")
        found, is_ours = known.subject(said) if said else (None, False)
        if said and found is None:
            line.wrong("subject", "is nobody here. Import the file of subjects first.")
        elif found and is_ours and not name:
            line.wrong("subject", OURS_UNNAMED)
        if found and name and not known.is_named(found, name):
            words_ = f"is not the name on {found.ref}. Look whether it is the same person."
            line.wrong("name", words_)
        return found

    def _reports(self, line: Line, known: Known) -> list[int]:
        found = []
        for said in line.get("reports", []):
            key = known.report(said)
            if key is None:
                line.wrong("reports", f"{said[:40]} is no incident here. Import incidents first.")
            else:
                found.append(key)
        return found

    def number(self, lines: Sequence[Taken]) -> None:
        notices_number(lines)

    def save(self, lines: Sequence[Taken]) -> list[Refusal]:
        return notices_save(lines)

    def subjects_of(self, made: Taken) -> list[int]:
        return [made.main.subject_id]

    def after_write(self) -> None:
        activity_refresh()


def _at(day: dt.date, said: str, now: dt.datetime) -> dt.datetime:
    """Return a day as a moment: with its own time, else noon, and today not later than now."""
    moment = moment_of(day, time_in(said))
    return min(moment, now) if day == dates.today() else moment
