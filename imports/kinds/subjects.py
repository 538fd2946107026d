"""Files of subjects with photos."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.files import File

from common import dates
from common.bulk import Refusal, Taken
from common.originals import sha256_of
from imports.cells import (
    born_of,
    choice,
    day_of,
    digest,
    fold,
    names,
    number_of,
    several,
    words,
)
from imports.known import Known
from offenders.models import Ground, Subject, WarningMarker
from offenders.publication import needs_override, prohibited_words
from offenders.services import PhotoFacts
from offenders.takeover import (
    SubjectTaken,
    WarningTaken,
    photos_save,
    photos_store,
    subject_taken,
    subjects_number,
    subjects_save,
)

from .base import Before, Field, Kind, Line, Told, judged, keyed
from .retention import OLD, kept_until, too_old

REVIEW_MONTHS = 3
"""Within so many months the manager looks at each subject that was taken over."""
SEXES = {"m": "male", "f": "female", "man": "male", "woman": "female", "boy": "male",
         "girl": "female", "unknown": "", "not known": "", "other": ""}  # fmt: skip
STATUSES = {"identified": "known", "named": "known", "unidentified": "id_sought",
            "unknown": "id_sought", "id wanted": "id_sought", "wanted": "id_sought"}  # fmt: skip


MARKER_WORDS = {
    "violent": "violence", "assault": "violence", "assaults staff": "violence", "weapons": "weapon",
    "carries weapon": "weapon", "carries weapons": "weapon", "knife": "weapon", "threatening":
    "threats", "threatens": "threats", "abusive": "threats", "verbal abuse": "threats",
    "spitting": "spits", "spitter": "spits", "needle": "needles", "carries needle": "needles",
    "sharps": "needles", "dog": "dog", "has dog": "dog", "self harm": "self_harm",
    "self harms": "self_harm",
}  # fmt: skip
read_marker = choice(WarningMarker.choices, MARKER_WORDS)
NO_WARNING = {"none", "no", "n/a", "na", "-", "nil"}


def markers_of(text: str) -> list[str]:
    """Return the warning markers that a cell lists. Raises ValueError for another."""
    if text.strip().casefold() in NO_WARNING:
        return []
    return [read_marker(name) for name in names(text)]


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
        Field("warnings", "Warnings", "Several: with semicolons. A warning needs its reason.",
              markers_of, also=("warning", "warning marker", "warning markers", "markers",
              "warning signals"), example="Violence"),
        Field("warning_reason", "Why the warning", "What happened, when, and who says so. For you "
              "only.", also=("warning reason", "reason for warning", "warning details",
              "marker reason", "warning source"), example="Punched a guard on 14/08/2026, INC 311.",
              most=200),
        Field("warning_review_on", "Warning: look again on", "Within three months; that when "
              "empty or later.", day_of, also=("warning review",
              "warning review date", "warning review on", "marker review", "marker review date")),
        Field("last_incident_on", "Last incident", "Retention is reckoned from that day.", day_of,
              needed=True, also=("last incident", "last incident date",
              "date of last incident", "last offence", "latest incident"), example="14/08/2026"),
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
        warnings = _warnings(line, told)
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
            warnings=warnings,
            last_incident_on=last,
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
            line.note("photos", NO_ZIP)
            return
        for name in wanted:
            try:
                assert told.photos is not None
                line.faces.append(_face(told.photos.photo(name)))
            except ValidationError as error:
                line.wrong("photos", f"{name[:60]} {error.messages[0]}")

    def more(self, line: Line, known: Known, told: Told, before: Before) -> Taken | None:
        """Photos that came with no import of this row, and are not on its record."""
        wanted = _photos_of(line, told)
        subject = known.subject_of(before.object_id) if wanted else None
        if wanted and subject is None:
            line.note("photos", "The record is gone, or part of another: no photo is added.")
        if not wanted or subject is None:
            return None
        held = {_face_of(sha256) for sha256 in known.photos_of(subject.pk)} | before.faces
        new = {face: name for face, name in wanted.items() if face not in held}
        if not new:
            return None
        line.faces, line.values["photos"] = list(new), list(new.values())
        names = ", ".join(name[:40] for name in new.values())
        line.note("photos", f"{names}: a new photo of {subject.ref}. It is added to the record.")
        return Taken(subject)

    def _notes(self, line: Line, known: Known, row: Subject) -> None:
        age = row.youngest_age()
        if age is None:
            line.note("date_of_birth", "No age is known: nobody without one can be published.")
        elif needs_override(row):
            line.note("date_of_birth", "Is or may be under 18: can't be published as it is.")
        for each in ("description", "mo", "notes", "warning_reason"):
            for kind, found in prohibited_words(line.get(each, "")).items():
                line.note(each, f"Speaks of {kind} ({', '.join(found)}): leave it out.")
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

    def save_more(self, lines: Sequence[Taken]) -> None:
        photos_save(lines)

    def number(self, lines: Sequence[Taken]) -> None:
        subjects_number(lines)

    def save(self, lines: Sequence[Taken]) -> list[Refusal]:
        return subjects_save(lines)

    def subjects_of(self, made: Taken) -> list[int]:
        return [made.main.pk]


NO_ZIP = "No ZIP of photos was sent: imported without. Send the file again with it to add them."


def _face_of(sha256: str) -> str:
    return digest(sha256)[:16]


def _face(photo: "File[Any]") -> str:
    return _face_of(sha256_of(photo))


def _photos_of(line: Line, told: Told) -> dict[str, str]:
    """Return the names of a row's photos that are in the ZIP, by their digests.

    It need not hold those of before; what can't be taken is told.
    """
    found: dict[str, str] = {}
    for name in line.get("photos", []) if told.photos else []:
        assert told.photos is not None
        if not told.photos.has(name):
            continue
        try:
            found.setdefault(_face(told.photos.photo(name)), name)
        except ValidationError as error:
            line.note("photos", f"{name[:60]} {error.messages[0]}. It is not added.")
    return found


def _warnings(line: Line, told: Told) -> WarningTaken:
    """Return a row's warnings with where they come from, to be looked at with the record.

    One whose day is past was not looked at in time: it is not taken over as if it held.
    """
    found = line.get("warnings", [])
    reason, review = line.get("warning_reason", ""), line.get("warning_review_on")
    if not found:
        if reason and not line.said("warnings"):
            line.note("warning_reason", "There is no warning in this row: this is left out.")
        return WarningTaken()
    if not reason:
        line.wrong("warning_reason", "A warning needs its reason. Write what happened.")
    if review and review <= dates.today():
        line.wrong("warning_review_on", PAST_REVIEW)
    last = dates.add_months(dates.today(), REVIEW_MONTHS)
    return WarningTaken(found, f"{reason} ({told.source}, {told.ref})", min(review or last, last))


PAST_REVIEW = (
    "is past: the warning was not looked at in time. If it still holds, write a new day; else empty"
    " it."
)


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
