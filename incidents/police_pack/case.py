"""An incident with all that belongs to it, and how each piece is put in words."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from common import dates, money
from incidents.models import Attachment, Involvement, Report, StolenItem
from members.models import Premises, User
from offenders.models import Method, Subject

Facts = list[tuple[str, str]]
LINKED: dict[str, str] = {
    Involvement.Confidence.POSSIBLE: "Possible: linked on review",
    Involvement.Confidence.PROBABLE: "Probable: linked on review",
    Involvement.Confidence.CONFIRMED: "Confirmed on review",
}

# Who is in a report is suspected, not found guilty.
PART: dict[str, str] = {
    Involvement.Part.DID_IT: "Suspected",
    Involvement.Part.WITH_THEM: "Was with the person suspected",
}


@dataclass(frozen=True)
class Case:
    """A report, who is in it, its goods and files. `names` are those this reader may see."""

    report: Report
    people: list[Involvement]
    items: list[StolenItem]
    exhibits: list[Attachment]
    names: Mapping[int, str]

    @property
    def subject_refs(self) -> list[str]:
        """References of the subjects that the pack names."""
        return [subject.ref for subject in map(self.shown, self.people) if subject]

    @property
    def witnessed(self) -> list[Involvement]:
        """The people that the report itself tells of, not those of another report of the event."""
        return [person for person in self.people if person.from_report_id is None]

    def shown(self, person: Involvement) -> Subject | None:
        """Return the subject somebody is, if this reader may know it."""
        return person.subject if person.subject_id in self.names else None


def case_of(
    report: Report, user: User, names_of: Callable[[Iterable[Subject]], Mapping[int, str]]
) -> Case:
    """Return a report's case; `names_of` gives the names that the reader may see, by subject."""
    found = report.people.visible_to(user)
    people = list(found.select_related("subject", "named_by", "from_report"))
    return Case(
        report=report,
        people=people,
        items=list(report.items.all()),
        exhibits=list(report.attachments.select_related("added_by", "report")),
        names=names_of([person.subject for person in people if person.subject]),
    )


def place(premises: Premises) -> str:
    """Return name, address and postcode on one line; the postcode is not broken."""
    postcode = premises.postcode.replace(" ", "\u00a0")
    return f"{premises.name}, {premises.address}, {postcode}"


def london(moment: dt.datetime) -> str:
    """Return a moment with its day of the week, in London time."""
    return dates.in_full(moment)


def joined(parts: Iterable[str], *, by: str = ", ") -> str:
    """Return those parts that say something."""
    return by.join(part for part in parts if part)


def looks(person: Involvement) -> str:
    """Return what the reporter saw of somebody: "male, aged about 25-30, tall, wearing hoodie"."""
    age = person.age_band
    if age and not age.startswith(("under", "over")):
        age = f"about {age}"
    hair = person.hair
    hair = hair if not hair or "hair" in hair.lower() or hair == "bald" else f"{hair} hair"
    return joined(
        [
            person.sex,
            age and f"aged {age}",
            person.height if person.height in ("", "tall", "short") else f"{person.height} height",
            person.build and f"{person.build} build",
            hair,
            person.clothing and f"wearing {person.clothing}",
            person.marks,
            person.carrying and f"carrying {person.carrying}",
            person.description,
        ]
    )


def goods_name(item: StolenItem) -> str:
    """Return "Cosmetics and razors, Gillette blades"."""
    return joined([item.get_category_display(), item.description])


def what_it_is(exhibit: Attachment) -> str:
    """Return "Photo, IMG_2051.jpg, image/jpeg, 2,345,678 bytes"."""
    return joined(
        [
            exhibit.get_kind_display(),
            exhibit.file_name,
            exhibit.content_type,
            f"{exhibit.byte_size:,} bytes",
        ]
    )


def vehicle(report: Report) -> str:
    """Return "blue Ford Fiesta, registration AB12CDE"."""
    mark = report.vehicle_registration
    return joined([report.vehicle_words, mark and f"registration {mark}"])


def weapon(report: Report) -> str:
    """Return "Used: kitchen knife"; nothing where none was spoken of."""
    if report.weapon in ("", Report.Weapon.NONE):
        return ""
    return joined([report.get_weapon_display(), report.weapon_words], by=": ")


def methods(report: Report) -> str:
    """Return how it was done, in the words of the MO list."""
    known = {method.value: str(method.label) for method in Method}
    return "; ".join(known.get(code, code) for code in report.methods)


def report_facts(report: Report) -> Facts:
    """Return the crime report's pairs of label and words; a pair may say nothing."""
    by = report.reporter
    police = "The police were told" if report.police_told or report.police_ref else ""
    hurt = "" if report.injury == Report.Injury.NONE else report.get_injury_display()
    attacked = "Somebody was hurt or attacked" if report.violence else ""
    threats = "Somebody was threatened or abused" if report.threats else ""
    harmless = not (attacked or hurt or threats or weapon(report))
    return [
        ("Offence", report.title),
        ("When", london(report.occurred_at)),
        ("Where", place(report.premises)),
        ("Area", report.area.name),
        ("Business", report.member.name),
        ("Reported by", f"{by.name}, {by.member.name}"),
        ("Reported at", london(report.sent_at)),
        ("How it was done", methods(report)),
        ("Violence", "None reported" if harmless else attacked),
        ("Injury", hurt),
        ("Weapon", weapon(report)),
        ("Threats", threats),
        ("Vehicle", vehicle(report)),
        ("How it ended", report.get_outcome_display()),
        ("Police", joined([police, report.police_ref and f"reference {report.police_ref}"])),
    ]


def person_facts(case: Case, person: Involvement) -> Facts:
    """Return what is said of one person in the crime report."""
    subject = case.shown(person)
    return [
        ("Identified", _identified(case.report, person) if subject else ""),
        ("Reporter called them", person.named_as),
        ("Part in it", PART[person.part]),
        ("Description", looks(person)),
    ]


def _identified(report: Report, person: Involvement) -> str:
    """Return who says that it was this subject."""
    if person.from_report:
        return f"Named in {person.from_report.ref}, another report of the same event"
    if person.confidence != Involvement.Confidence.REPORTED:
        return LINKED[person.confidence]
    if person.named_by is None or person.named_by == report.reporter:
        return "Named by the reporter"
    return f"Named by {person.named_by.name}, who corrected the report"


def person_heading(case: Case, person: Involvement) -> str:
    """Return "Kevin Marsh (D-0042)", or that nobody knows."""
    subject = case.shown(person)
    if subject is None:
        return "not identified"
    return f"{case.names[subject.pk]} ({subject.ref})"


def goods_line(item: StolenItem) -> list[str]:
    """Return a row of the table of goods."""
    return [
        goods_name(item),
        f"{item.quantity:,}",
        *(
            money.pounds(sum_, pence=True)
            for sum_ in (item.value_stolen, item.value_recovered, item.net_loss)
        ),
    ]
