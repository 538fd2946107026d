"""Files of subjects with photos, of incidents and sightings, and of exclusion notices."""

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django.core.exceptions import ValidationError

from common import dates
from common.bulk import Refusal, Taken
from exclusions.activity import activity_refresh
from exclusions.models import Notice
from exclusions.takeover import NoticeTaken, notice_taken, notices_number, notices_save
from imports.cells import (
    born_of,
    choice,
    clock_of,
    day_of,
    fold,
    moment_of,
    money_of,
    names,
    number_of,
    several,
    time_in,
    words,
    yes_of,
)
from imports.known import Known
from incidents.models import Report
from incidents.models.involvement import ItemCategory
from incidents.services.submit import ItemInput
from incidents.takeover import ReportTaken, report_taken, reports_number, reports_save
from offenders.models import Ground, Subject
from offenders.publication import needs_override, prohibited_words
from offenders.services import PhotoFacts
from offenders.takeover import (
    SubjectTaken,
    photos_drop,
    photos_store,
    subject_taken,
    subjects_number,
    subjects_save,
)

from .base import KEPT_MONTHS, Field, Kind, Line, Told, judged, keyed

NOTHING = Decimal(0)
REVIEW_MONTHS = 3
"""Within so many months the manager looks at each subject that was taken over."""
SEXES = {"m": "male", "f": "female", "man": "male", "woman": "female", "boy": "male",
         "girl": "female", "unknown": "", "not known": "", "other": ""}  # fmt: skip
STATUSES = {"identified": "known", "named": "known", "unidentified": "id_sought",
            "unknown": "id_sought", "id wanted": "id_sought", "wanted": "id_sought"}  # fmt: skip


def too_old(day: dt.date) -> bool:
    """Whether something that ended on a day is past the time that data is kept."""
    return dates.add_months(day, KEPT_MONTHS) < dates.today()


def kept_until(day: dt.date) -> dt.date:
    """Return the last day of data whose last incident, or end, was on a day."""
    return dates.add_months(day, KEPT_MONTHS)


OLD = (
    f"is more than {KEPT_MONTHS} months ago: by the rule of retention this is deleted, not taken"
    " over. Take the row out."
)


class Subjects(Kind):
    code = "subjects"
    main = "offenders.subject"
    about = "People on record and their photos. Working records only: members see none of them."
    is_about_people = True
    fields: ClassVar[tuple[Field, ...]] = (
        keyed("subject id", "subject number", "offender id", "offender number", "offender ref",
              "person id", "profile id", "nominal", "urn", example="1042"),
        Field("name", "Name", "Empty if ID sought. Or first name and surname, each in its column.",
              also=("full name", "subject", "offender", "person", "offender name"),
              example="Kevin Marsh", most=120),
        Field("first_name", "First name", "", also=("forename", "given name", "first names",
              "forenames", "firstname")),
        Field("last_name", "Surname", "", also=("last name", "family name", "lastname")),
        Field("status", "Known or ID sought", "By the name when empty.",
              choice(Subject.Status.choices, STATUSES), also=("status", "identity")),
        Field("aliases", "Also known as", "Several: with semicolons or commas.", names,
              also=("alias", "aka", "nickname", "nicknames", "street name"), example="Kez"),
        Field("date_of_birth", "Date of birth", "", born_of,
              also=("dob", "d o b", "born", "birth date", "birthday"), example="02/06/1988"),
        Field("age", "Age", "If only estimated: 35, or 30-40.", also=("approx age", "apparent age",
              "estimated age", "age range"), example="30-40"),
        Field("age_seen_on", "Age as of", "Day of the estimate; the last incident when empty.",
              day_of),
        Field("sex", "Sex", "As a witness sees it.", choice(
              [("female", "Female"), ("male", "Male"), ("", "Not known")], SEXES),
              also=("gender",), example="Male"),
        Field("height", "Height", "", example="6 ft", most=40),
        Field("build", "Build", "", also=("physique",), example="Slim", most=40),
        Field("hair", "Hair", "", also=("hair colour", "hair style"), most=60),
        Field("marks", "Marks", "Tattoos, scars.", also=("tattoos", "scars",
              "distinguishing features", "marks and scars", "identifying marks"), most=200),
        Field("description", "Description", "Appearance as a witness sees it.", words,
              also=("appearance", "notes on appearance", "physical description"), most=2000),
        Field("mo", "MO", "How they work, in words.", words,
              also=("modus operandi", "method", "m o"), most=2000),
        Field("haunts", "Often seen at", "", also=("frequents", "locations", "areas"), most=300),
        Field("times", "Often seen when", "", also=("usual times",), most=200),
        Field("notes", "Notes", "For you only. Never published.", words,
              also=("comments", "remarks", "intelligence", "information"), most=3500),
        Field("plates", "Number plates", "Several: with semicolons.", names,
              also=("vehicle", "vehicles", "vrm", "registration", "car registration")),
        Field("last_incident_on", "Last incident", "Retention is reckoned from that day.", day_of,
              needed=True, also=("last incident", "last incident date", "last active",
              "date of last incident", "last offence", "last seen", "last activity",
              "latest incident"), example="14/08/2026"),
        Field("photos", "Photos", "Names of the files in the ZIP, the first face first.", several,
              also=("photo", "image", "images", "picture", "photo file", "image file", "mugshot",
                    "filename", "file name"), example="1042.jpg"),
        Field("photo_source", "Where the photo comes from", "The import's source when empty.",
              also=("photo source", "image source", "photo credit", "source"), most=200),
        Field("photo_taken_on", "Photo taken on", "", day_of,
              also=("photo date", "date of photo", "image date")),
    )  # fmt: skip

    def apart(self, line: Line) -> Sequence[str]:
        name = line.get("name") or f"{line.get('first_name', '')} {line.get('last_name', '')}"
        looks = "" if name.strip() else line.get("description", "")
        return [name.strip(), str(line.get("date_of_birth", "")), looks]

    def make(self, line: Line, known: Known, told: Told) -> Taken | None:
        parts = (line.get("first_name", ""), line.get("last_name", ""))
        name = line.get("name") or " ".join(part for part in parts if part)
        low, high = _ages(line)
        last = line.get("last_incident_on")
        self._check_age_of_data(line, last)
        self._check_photos(line, told)
        if line.problems or last is None:
            return None
        status = line.get("status") or ("known" if name else "id_sought")
        texts = ("height", "build", "hair", "marks", "description", "mo", "haunts", "times",
                 "notes", "sex")  # fmt: skip
        fields: dict[str, Any] = {each: line.get(each, "") for each in texts}
        fields |= {"name": name, "status": status, "age_low": low, "age_high": high,
                   "date_of_birth": line.get("date_of_birth")}  # fmt: skip
        line.review_on = dates.add_months(dates.today(), REVIEW_MONTHS)
        line.keep_until = kept_until(last)
        data = SubjectTaken(
            fields=fields,
            aliases=line.get("aliases", ()),
            plates=line.get("plates", ()),
            age_seen_on=line.get("age_seen_on", last),
            trail=_trail(line, told, last),
        )
        taken = judged(line, lambda: subject_taken(data, stamp=told.stamp))
        if taken:
            self._notes(line, known, taken.main)
        return taken

    def _check_age_of_data(self, line: Line, last: dt.date | None) -> None:
        if last and last > dates.today():
            line.wrong("last_incident_on", "This is in the future.")
        elif last and too_old(last):
            line.wrong("last_incident_on", OLD)

    def _check_photos(self, line: Line, told: Told) -> None:
        wanted = line.get("photos", [])
        if wanted and told.photos is None:
            line.note("photos", "No ZIP of photos was sent: imported without.")
            return
        for name in wanted:
            try:
                assert told.photos is not None
                told.photos.photo(name)
            except ValidationError as error:
                line.wrong("photos", f"{name[:60]} {error.messages[0]}")

    def _notes(self, line: Line, known: Known, row: Subject) -> None:
        age = row.youngest_age()
        if age is None:
            line.note("date_of_birth", "No age is known: nobody without one can be published.")
        elif needs_override(row):
            line.note("date_of_birth", "Is or may be under 18: can't be published as it is.")
        texts = (row.description, row.mo, row.notes)
        for kind, found in prohibited_words(*texts).items():
            line.note("description", f"Speaks of {kind} ({', '.join(found)}): leave it out.")
        for other in known.named.get(fold(row.name), [])[:3] if row.name else []:
            line.note("name", f"{other.ref} has this name too: see Doubles after the import.")

    def prepare(self, pairs: Sequence[tuple[Line, Taken]], told: Told) -> Iterator[int]:
        for done, (line, taken) in enumerate(pairs):
            if done % 20 == 0:
                yield done
            wanted = line.get("photos", [])
            if not wanted or told.photos is None or told.photo_name is None:
                continue
            facts = PhotoFacts(
                source=line.get("photo_source", f"{told.source} ({told.ref})"),
                taken_on=line.get("photo_taken_on"),
            )
            images = [
                (told.photo_name(line.number, place), told.photos.photo(name))
                for place, name in enumerate(wanted)
            ]
            photos_store(taken, images, facts=facts, stamp=told.stamp)

    def drop(self, lines: Sequence[Taken]) -> None:
        photos_drop(lines)

    def number(self, lines: Sequence[Taken]) -> None:
        subjects_number(lines)

    def save(self, lines: Sequence[Taken]) -> list[Refusal]:
        return subjects_save(lines)

    def subjects_of(self, made: Taken) -> list[int]:
        return [made.main.pk]


def _ages(line: Line) -> tuple[int | None, int | None]:
    said = line.get("age", "")
    if not said:
        return None, None
    parts = [
        part for part in said.replace("–", "-").replace(" to ", "-").split("-") if part.strip()
    ]
    try:
        found = [number_of(part.strip().rstrip("s+")) for part in parts]
    except ValueError:
        found = []
    if not found or len(found) > 2:
        line.wrong("age", "is no age. Write it as 35, or 30-40")
        return None, None
    if said.strip().endswith("s") and len(found) == 1 and found[0] % 10 == 0:
        return found[0], found[0] + 9
    return found[0], found[-1]


def _trail(line: Line, told: Told, last: dt.date) -> str:
    """Return what stands in the notes: where it comes from, on what ground, until when."""
    number = f", their number {line.said('key')[:60]}" if line.said("key") else ""
    ground = f" Ground: {Ground(told.ground).label}." if told.ground else ""
    return (
        f"Taken over from {told.source}{number} ({told.ref}). Last incident there:"
        f" {dates.short_date(last)}.{ground} Look at it by"
        f" {dates.short_date(dates.add_months(dates.today(), REVIEW_MONTHS))}; without another"
        f" incident it is kept until {dates.short_date(kept_until(last))} at most."
    )


GOODS = {
    "spirits": "alcohol", "wine": "alcohol", "beer": "alcohol", "perfume": "cosmetics",
    "make up": "cosmetics", "toiletries": "cosmetics", "clothes": "clothing", "shoes": "clothing",
    "groceries": "food", "confectionery": "food", "cheese": "meat", "phones": "electronics",
    "electrical": "electronics", "cigarettes": "tobacco", "vapes": "tobacco", "money": "cash",
    "tools": "home", "household": "home", "medicine": "medicines", "pharmacy": "medicines",
}  # fmt: skip
OUTCOMES = {
    "arrest": "arrested", "arrested by police": "arrested", "detained by staff": "detained",
    "citizens arrest": "detained", "made off": "left", "fled": "left", "escaped": "left",
    "ran off": "left", "stopped": "prevented", "deterred": "prevented", "recovered": "prevented",
    "no further action": "unknown", "nfa": "unknown", "not known": "unknown",
}  # fmt: skip
TYPE_WORDS = {
    "theft": "shop-theft", "shoplifting": "shop-theft", "theft from shop": "shop-theft",
    "shop lifting": "shop-theft", "retail theft": "shop-theft", "attempt theft": "attempted-theft",
    "attempted theft": "attempted-theft", "verbal abuse": "threats", "abuse": "threats",
    "threatening behaviour": "threats", "violence": "assault", "physical assault": "assault",
    "fraud": "refund-fraud", "anti social behaviour": "asb", "antisocial behaviour": "asb",
    "nuisance": "asb", "begging": "asb", "damage": "criminal-damage", "vandalism":
    "criminal-damage", "counterfeit": "currency-fraud", "drug use": "drugs",
    "hate crime": "hate-incident", "suspicious": "suspicious", "bilking": "making-off",
    "suspicious behaviour": "suspicious", "knife": "weapon", "pickpocket": "theft-from-person",
}  # fmt: skip
REPORT_STATES = [("accepted", "Accepted"), ("submitted", "Waiting for review")]
STATE_WORDS = {"approved": "accepted", "reviewed": "accepted", "closed": "accepted", "published":
               "accepted", "open": "submitted", "new": "submitted", "pending": "submitted",
               "waiting": "submitted", "draft": "submitted"}  # fmt: skip


class Incidents(Kind):
    code = "incidents"
    main = "incidents.report"
    about = "What happened, where, and who was in it. They count in the figures by their day."
    after = ("members", "premises", "subjects")
    is_about_people = True
    fields: ClassVar[tuple[Field, ...]] = (
        keyed("incident id", "incident number", "incident ref", "report id", "report number",
              "incident no", "crime ref", "log number", example="2026/0311"),
        Field("type", "What happened", "A type of incident, by its words here. Empty or "
              "“sighting”: somebody was seen.", needed=True,
              also=("incident type", "offence", "offence type", "crime type", "category", "type",
                    "crime", "incident"), example="Shop theft"),
        Field("member", "Member", "If names of premises are not enough.",
              also=("member name", "business", "company", "shop", "reported by business",
                    "organisation")),
        Field("premises", "Premises", "By name or number. A member with one site needs none.",
              also=("site", "site name", "store", "location", "where", "premises name", "branch",
                    "shop name", "venue"), example="Cobbs Bakery, The Orchards"),
        Field("occurred_on", "Day", "When it happened.", day_of, needed=True,
              also=("date", "incident date", "date of incident", "occurred", "when", "occurred on",
                    "date time", "date and time", "offence date"), example="03/11/2026"),
        Field("time", "Time", "Noon when empty.", clock_of,
              also=("incident time", "time of incident", "occurred at"), example="14:05"),
        Field("words", "What was written", "", words,
              also=("description", "details", "summary", "account", "narrative", "notes",
                    "incident details"), most=4000,
              example="Three bottles of gin in a foil-lined bag."),
        Field("subjects", "Who was in it", "Their numbers, or ours (D-0042). Never names.", several,
              also=("subject", "offender", "offenders", "offender id", "offender ids", "subject id",
                    "subject ids", "suspect", "suspects", "person id"), example="1042; D-0042"),
        Field("seen_as", "Somebody unknown", "What they looked like.",
              also=("unknown person", "suspect description", "offender description"), most=500),
        Field("goods", "Goods", "Kind of goods; Other when not found.",
              also=("items", "property", "goods stolen", "stolen", "product", "products")),
        Field("value_stolen", "Value stolen", "Pounds.", money_of,
              also=("value", "loss", "amount", "value of goods", "stolen value", "total value"),
              example="£64.00"),
        Field("value_recovered", "Value recovered", "Pounds, of those.", money_of,
              also=("recovered", "recovered value", "amount recovered")),
        Field("outcome", "How it ended", "", choice(Report.Outcome.choices, OUTCOMES),
              also=("outcome", "result", "disposal"), example="Left"),
        Field("violence", "Violence", "Somebody was hurt or attacked: yes or no.", yes_of,
              also=("violent", "assault", "violence used")),
        Field("threats", "Threats or abuse", "Yes or no.", yes_of,
              also=("threats", "abuse", "verbal abuse")),
        Field("police_ref", "Police reference", "",
              also=("crime number", "police ref", "crime reference", "cad", "cad number",
                    "police number", "crime no"), most=40),
        Field("police_told", "Police told", "Yes or no.", yes_of,
              also=("police informed", "reported to police", "police called", "police attended")),
        Field("reported_on", "Reported on", "The day it happened when empty.", day_of,
              also=("date reported", "reported", "created", "created on", "date entered",
                    "submitted")),
        Field("state", "Reviewed", "Accepted when empty; Waiting for review: in the queue.",
              choice(REPORT_STATES, STATE_WORDS),
              also=("status", "review status", "incident status")),
    )  # fmt: skip

    def apart(self, line: Line) -> Sequence[str]:
        parts = ("premises", "member", "occurred_on", "time", "type", "words", "subjects")
        return [line.said(part) for part in parts]

    def make(self, line: Line, known: Known, told: Told) -> Taken | None:
        member = known.member(line) if line.said("member") else None
        site = None
        if not any(name == "member" for name, _ in line.problems):
            site = known.premises(line, member)
            if site is None and not line.problems:
                line.wrong("premises", "Say where: premises, or a member with one site.")
        kind, is_sighting = self._type(line, known)
        day = line.get("occurred_on")
        if day and too_old(day):
            line.wrong("occurred_on", OLD)
        people = self._people(line, known)
        if line.problems or site is None or day is None or not (kind or is_sighting):
            return None
        clock = line.get("time") or time_in(line.said("occurred_on"))
        reported = line.get("reported_on")
        line.keep_until = kept_until(day)
        data = ReportTaken(
            type=kind,
            premises=site,
            occurred_at=min(moment_of(day, clock), told.stamp.at) if day == dates.today()
            else moment_of(day, clock),
            reported_at=min(moment_of(reported, None), told.stamp.at)
            if reported == dates.today() else reported and moment_of(reported, None),
            is_reviewed=line.get("state", "accepted") == "accepted",
            subjects=people,
            seen_as=line.get("seen_as", ""),
            item=None if is_sighting else self._item(line),
            told=self._told(line),
        )  # fmt: skip
        return judged(line, lambda: report_taken(data, stamp=told.stamp))

    def _type(self, line: Line, known: Known) -> tuple[Any, bool]:
        said = fold(line.get("type", ""))
        if said in ("sighting", "seen", "sightings", "presence"):
            return None, True
        found = known.types.get(said) or known.types.get(fold(TYPE_WORDS.get(said, "")))
        if found is None and said:
            labels = list(dict.fromkeys(row.label for row in known.types.values()))
            words_ = f"is no type of incident here. Use one of: {', '.join(labels)}; or sighting."
            line.wrong("type", words_)
        return found, False

    def _people(self, line: Line, known: Known) -> list[int]:
        found = []
        for said in line.get("subjects", []):
            subject = known.subject(said)
            if subject is None:
                words_ = f"{said[:40]} is nobody here. Import the file of subjects first."
                line.wrong("subjects", words_)
            else:
                found.append(subject.pk)
        return found

    def _item(self, line: Line) -> ItemInput | None:
        stolen = line.get("value_stolen", NOTHING)
        recovered = line.get("value_recovered", NOTHING)
        said = line.get("goods", "")
        if not (said or stolen or recovered):
            return None
        try:
            category = READ_GOODS(said) if said else ItemCategory.OTHER
        except ValueError:
            category = ItemCategory.OTHER
        return ItemInput(category, said[:120], 1, stolen, recovered)

    def _told(self, line: Line) -> dict[str, Any]:
        police = line.get("police_ref", "")
        return {
            "words": line.get("words", ""),
            "outcome": line.get("outcome", Report.Outcome.UNKNOWN),
            "violence": line.get("violence", False),
            "threats": line.get("threats", False),
            "police_ref": police,
            "police_told": line.get("police_told", bool(police)),
        }

    def number(self, lines: Sequence[Taken]) -> None:
        reports_number(lines)

    def save(self, lines: Sequence[Taken]) -> list[Refusal]:
        return reports_save(lines)

    def subjects_of(self, made: Taken) -> list[int]:
        people = [getattr(part, "subject_id", None) for part in made.parts]
        return [key for key in people if key]

    def after_write(self) -> None:
        activity_refresh()


READ_GOODS = choice(ItemCategory.choices, GOODS)
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
        Field("subject", "Who", "Their number in the file of subjects, or ours (D-0042).",
              needed=True, also=("subject id", "offender", "offender id", "offender number",
              "person id", "subject number", "profile id", "banned person"), example="1042"),
        Field("name", "Name", "Compared with the record, so that no wrong person is excluded.",
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
            line.note(
                "subject", f"{subject.ref} is excluded until {until} as soon as it is written."
            )
        return taken

    def _subject(self, line: Line, known: Known) -> Subject | None:
        said = line.said("subject")
        found = known.subject(said) if said else None
        if said and found is None:
            line.wrong(
                "subject", "is nobody here. Import the file of subjects first, or write ours."
            )
        name = line.get("name", "")
        if found and name and not _same_person(found, name):
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


def _same_person(subject: Subject, name: str) -> bool:
    held = [subject.name, *subject.aliases.values_list("name", flat=True)]
    return sorted(fold(name).split()) in [sorted(fold(each).split()) for each in held]
