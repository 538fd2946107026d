"""Files of incidents and sightings."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from common import dates
from common.bulk import Refusal, Taken
from exclusions.activity import activity_refresh
from imports.cells import (
    choice,
    clock_of,
    day_of,
    fold,
    moment_of,
    money_of,
    several,
    time_in,
    words,
    yes_of,
)
from imports.known import OURS_UNNAMED, Known
from incidents.models import Report
from incidents.models.involvement import Involvement, ItemCategory
from incidents.services.submit import ItemInput
from incidents.takeover import ReportTaken, report_taken, reports_number, reports_save
from offenders.publication import prohibited_words

from .base import Field, Kind, Line, Told, judged, keyed
from .retention import OLD, kept_until, too_old

NOTHING = Decimal(0)
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
SURE = [
    (each.value, each.label)
    for each in Involvement.Confidence
    if each != Involvement.Confidence.REPORTED
]
SURE_WORDS = {"suspect": "possible", "suspected": "possible", "alleged": "possible", "maybe":
              "possible", "unsure": "possible", "likely": "probable", "certain": "confirmed",
              "sure": "confirmed", "convicted": "confirmed", "admitted": "confirmed",
              "identified": "confirmed", "positive": "confirmed"}  # fmt: skip
PART_WORDS = {"offender": "did_it", "main": "did_it", "suspect": "did_it", "accomplice":
              "with_them", "associate": "with_them", "with": "with_them"}  # fmt: skip
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
        Field("words", "What was written", "Read at once by the business’s reporters and the "
              "police. Internal notes don’t belong here.", words,
              also=("description", "details", "summary", "incident details",
                    "incident description"), most=4000,
              example="Three bottles of gin in a foil-lined bag."),
        Field("subjects", "Who was in it", "Their numbers; ours (D-0042) with the names.", several,
              also=("subject", "offender", "offenders", "offender id", "offender ids", "subject id",
                    "subject ids", "suspect", "suspects", "person id"), example="1042; 1043"),
        Field("names", "Their names", "Needed where our references are used; compared with the "
              "records.", several, also=("offender name", "offender names", "subject name",
              "subject names", "person name", "suspect name", "suspect names"),
              example="Kevin Marsh; Ann Other"),
        Field("certainty", "Certainty", "Of who was in it. Possible when empty.",
              choice(SURE, SURE_WORDS), also=("confidence", "how sure", "identification"),
              example="Confirmed"),
        Field("part", "Part", "Did it (when empty), or was with them.",
              choice(Involvement.Part.choices, PART_WORDS), also=("role", "involvement"),
              example="Did it"),
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
        clock = line.get("time") or time_in(line.said("occurred_on")) or ""
        day, people = line.get("occurred_on", ""), line.get("subjects", [])
        parts = ("premises", "member", "type", "words")
        return [str(day), str(clock), ";".join(people), *(line.said(part) for part in parts)]

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
            confidence=line.get("certainty", Involvement.Confidence.POSSIBLE),
            part=line.get("part", Involvement.Part.DID_IT),
            seen_as=line.get("seen_as", ""),
            item=None if is_sighting else self._item(line),
            told=self._told(line),
        )  # fmt: skip
        taken = judged(line, lambda: report_taken(data, stamp=told.stamp))
        if taken:
            self._notes(line, known, taken)
        return taken

    def _notes(self, line: Line, known: Known, taken: Taken) -> None:
        row = taken.main
        for kind, found in prohibited_words(row.words).items():
            line.note("words", f"Speaks of {kind} ({', '.join(found)}): leave it out.")
        people = self.subjects_of(taken)
        keys: Sequence[int | None] = people if people else [None]
        where = (row.premises_id, dates.london_date(row.occurred_at), row.type_id)
        for ref in sorted({known.reports.get((*where, key), "") for key in keys}):
            if ref:
                line.note("occurred_on", f"{ref} has this day, place, type and person: the same?")

    def about_file(self, mapped: Collection[str]) -> list[tuple[str, str]]:
        if "words" not in mapped:
            return []
        return [("words", "The business’s reporters and the police read this column at once.")]

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
        found, names = [], line.get("names", [])
        for said in line.get("subjects", []):
            subject, is_ours = known.subject(said)
            if subject is None:
                words_ = f"{said[:40]} is nobody here. Import the file of subjects first."
                line.wrong("subjects", words_)
            elif is_ours and not names:
                line.wrong("subjects", f"{said[:40]} {OURS_UNNAMED}")
            elif is_ours and not any(known.is_named(subject, name) for name in names):
                line.wrong("names", f"None is the name on {said}. Look whether it is them.")
            else:
                found.append(subject.pk)
                if is_ours:
                    line.note("subjects", f"{said} is {subject.name}.")
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
