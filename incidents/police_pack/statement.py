"""The first wording of a witness statement, from what the reporter typed.

It says what that person reported and nothing that others found out since: who somebody turned out
to be on review, whom another report of the event names and whom a correction named are not the
witness's own knowledge. The witness corrects it before it
is printed.
"""

from common import money
from incidents.models import Involvement, Report

from .case import Case, goods_name, joined, london, looks, methods, place, vehicle

RECOGNISED = "I recognised them as the person shown to me in D-TAC"
# Of one person, of several.
ENDED: dict[str, tuple[str, str]] = {
    Report.Outcome.LEFT: ("The person left.", "The people left."),
    Report.Outcome.PREVENTED: ("It was prevented.", "It was prevented."),
    Report.Outcome.DETAINED: ("The person was detained.", "The people were detained."),
    Report.Outcome.ARRESTED: ("The person was arrested.", "The people were arrested."),
}


def recognised_by(reporter: str, witness: object, words: object) -> str:
    """Return why somebody else can't sign that they recognised a person; "" where nobody would."""
    named = str(witness or "").strip()
    if not named or named.casefold() == reporter.strip().casefold():
        return ""
    if RECOGNISED not in str(words or ""):
        return ""
    return (
        f"It was {reporter} who recognised them in D-TAC. Take that sentence out, or make"
        f" {reporter} the witness."
    )


def statement_words(case: Case) -> str:
    """Return the statement's paragraphs, an empty line between two."""
    parts = [
        _opening(case.report),
        case.report.words.strip(),
        *(_person(case, person) for person in case.witnessed),
        _how(case.report),
        _harm(case.report),
        _goods(case),
        _end(case),
        _exhibits(case),
    ]
    return "\n\n".join(part for part in parts if part)


def _opening(report: Report) -> str:
    at = place(report.premises)
    works = f"I work for {report.reporter.member.name}."
    what = report.title[:1].lower() + report.title[1:]
    when = london(report.occurred_at).replace(", ", " at about ")
    about = f"This statement is about {what} at {at}, on {when}."
    return f"I am the person named above. {works} {about}"


def _person(case: Case, person: Involvement) -> str:
    subject = case.shown(person)
    knew = ""
    by_witness = person.named_by_id == case.report.reporter_id
    if subject and by_witness:
        knew = f"{RECOGNISED} as {case.names[subject.pk]}, reference {subject.ref}."
    elif person.named_as:
        knew = f"I know them as {person.named_as}."
    seen = looks(person)
    if subject and person.named_by_id and not by_witness and not seen:
        return ""  # whoever corrected the report added them
    if person.part == Involvement.Part.WITH_THEM:
        lead = "Somebody was with them"
    else:
        lead = "I saw a person" if knew or seen else ""
    saw = f"{lead} whom I would describe as: {seen}." if seen else lead and f"{lead}."
    return joined([saw, knew], by=" ")


def _how(report: Report) -> str:
    done = methods(report)
    return f"How it was done: {done[:1].lower()}{done[1:]}." if done else ""


def _harm(report: Report) -> str:
    hurt: dict[str, str] = {
        Report.Injury.MINOR: "Somebody was hurt and needed no hospital.",
        Report.Injury.SERIOUS: "Somebody was hurt and needed hospital treatment.",
    }
    armed: dict[str, str] = {
        Report.Weapon.SHOWN: "A weapon was shown or spoken of",
        Report.Weapon.USED: "A weapon was used",
    }
    weapon = joined([armed.get(report.weapon, ""), report.weapon_words], by=": ")
    seen = vehicle(report)
    said = [
        "Somebody was hurt or attacked." if report.violence else "",
        hurt.get(report.injury, ""),
        f"{weapon}." if weapon else "",
        "Somebody was threatened or abused." if report.threats else "",
        f"I saw a vehicle: {seen}." if seen else "",
    ]
    return joined(said, by=" ")


def _goods(case: Case) -> str:
    if not case.items:
        return ""
    lines = "; ".join(f"{goods_name(item)}, {item.quantity:,}" for item in case.items)
    stolen, back = case.report.value_stolen, case.report.value_recovered
    worth = f" Their value was {money.pounds(stolen, pence=True)} in all." if stolen else ""
    returned = f" Of that, {money.pounds(back, pence=True)} was recovered." if back else ""
    return f"The goods were: {lines}.{worth}{returned}"


def _end(case: Case) -> str:
    report = case.report
    one, several = ENDED.get(report.outcome, ("", ""))
    told = report.police_told or report.police_ref
    police = "The police were told." if told else ""
    if report.police_ref:
        police = f"The police were told; their reference is {report.police_ref}."
    return joined([several if len(case.witnessed) > 1 else one, police], by=" ")


def _exhibits(case: Case) -> str:
    own = [each for each in case.exhibits if each.added_by_id == case.report.reporter_id]
    return " ".join(
        f"I produce a {each.get_kind_display().lower()} as exhibit {each.exhibit_ref}."
        for each in own
    )
