"""What may be published, and why not: the rules that a profile must pass before members see it."""

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from common import dates
from offenders.models import (
    AgeOverride,
    Method,
    Photo,
    ProfileVersion,
    Subject,
    WarningMarker,
)

ADULT = 18
SURE_OF_ADULT = 21
"""An age that was only estimated must be at least this: witnesses are years out, and a child's
profile must not be published by mistake (behaviour 17)."""
REOPEN_MONTHS = 12
"""So long after the day of the rule members may see somebody with a reason (behaviour 32)."""
OVERRIDE_MONTHS = 3
"""A decision to publish somebody who may be under 18 is looked at again this soon (the Children's
code, ICO 2020, asks for the child's best interests to be weighed; a year would be no weighing)."""

# Article 9 data has no place in a description, and colour of skin is told as a witness sees it.
# Words that are nearly always about that; a manager who means a street or a shop writes around it.
PROHIBITED = {
    "religion": (
        r"muslim\w*", r"islam\w*", r"christian\w*", r"catholic\w*", r"protestant\w*", r"jew",
        r"jews", r"jewish", r"hindu\w*", r"sikh\w*", r"buddhis\w*", r"atheis\w*", r"mormon\w*",
        r"jehovah\w*",
    ),
    "politics": (
        r"tory", r"tories", r"labour (?:party|voter|supporter)", r"conservative (?:party|voter)",
        r"lib dems?", r"communis\w*", r"fascis\w*", r"marxis\w*", r"trade union\w*",
    ),
    "sexuality": (
        r"gay", r"gays", r"lesbian\w*", r"bisexual\w*", r"homosexual\w*", r"heterosexual\w*",
        r"transsexual\w*", r"transgender\w*", r"queer",
    ),
    "health": (
        r"hiv", r"aids", r"hepatitis", r"schizophren\w*", r"bipolar", r"autis\w*", r"epilep\w*",
        r"mentally ill", r"mental (?:health|illness)", r"addict\w*", r"alcoholic\w*",
    ),
}  # fmt: skip
FOUND = {
    kind: re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)
    for kind, words in PROHIBITED.items()
}


@dataclass(frozen=True)
class ProfileDraft:
    """What the manager wants members to see, and why that is lawful and necessary.

    `until_by_rule` is the last day that the rule of twelve months allows without a reason for more;
    None: not asked. `name` is the record's name or one of its aliases ("known as"); None stands for
    the record's, and `aliases` None for all of them. Of somebody sought neither is shown.
    """

    line: str
    description: str
    mo: str
    ground: str
    necessity: str
    review_on: dt.date
    expires_on: dt.date
    audience: str
    audience_areas: Sequence[int] = ()
    audience_sectors: Sequence[str] = ()
    warnings: Sequence[str] = ()
    photos: Sequence[Photo] = field(default_factory=tuple)
    name: str | None = None
    aliases: Sequence[str] | None = None
    until_by_rule: dt.date | None = None
    longer_because: str = ""


def publication_problems(subject: Subject, draft: ProfileDraft) -> list[str]:
    """Return why this may not be published, in words for the manager; empty when it may."""
    problems = [
        *_record_problems(subject),
        *_age_problems(subject, until=max(draft.review_on, draft.expires_on)),
        *_face_problems(subject, draft),
        *_photo_problems(draft.photos),
        *_warning_problems(subject, draft),
        *_name_problems(subject, draft),
        *_word_problems(draft),
        *_day_problems(draft),
    ]
    return list(dict.fromkeys(problems))


def live_problems(subject: Subject, version: ProfileVersion) -> list[str]:
    """Return why what members see may not be shown any more, as the record stands now.

    What made it lawful to show: the age, and of each photo the permission, the bystanders, and that
    it is of this person. A name or a warning that the record lost is for the manager to look at
    (`due_for_review`).
    """
    photos = list(version.photos.all())
    problems = [*_age_problems(subject, until=version.expires_on), *_photo_problems(photos)]
    if any(photo.subject_id != subject.pk for photo in photos):
        problems.append("A photo belongs to another record now.")
    return problems


def prohibited_words(*texts: str) -> dict[str, list[str]]:
    """Return the words about religion, politics, sexuality and health in these texts, by kind."""
    found = {
        kind: sorted({match.lower() for text in texts for match in pattern.findall(text)})
        for kind, pattern in FOUND.items()
    }
    return {kind: words for kind, words in found.items() if words}


def needs_override(subject: Subject) -> bool:
    """Whether the person is under 18, or only estimated and perhaps so."""
    age = subject.youngest_age()
    return age is not None and age < (ADULT if subject.date_of_birth else SURE_OF_ADULT)


def override_of(subject: Subject, *, on: dt.date | None = None) -> AgeOverride | None:
    """Return the decision that holds on a London day, or None."""
    return subject.age_overrides.filter(ended_at=None, review_on__gte=on or dates.today()).first()


def _record_problems(subject: Subject) -> list[str]:
    if subject.merged_into_id is not None:
        return ["This record became part of another. Publish that one."]
    held = subject.restrictions.standing().order_by("pk").values_list("because", flat=True)
    return [f"{ref} holds it: members see nothing of them meanwhile." for ref in held]


def _age_problems(subject: Subject, *, until: dt.date) -> list[str]:
    age = subject.youngest_age()
    if age is None:
        return ["The age is not known. Record a date of birth or an estimated age first."]
    if not needs_override(subject):
        return []
    override = override_of(subject)
    if override is None:
        sure = "is" if subject.date_of_birth else "may be"
        return [
            f"This person {sure} under 18. Record why publishing is necessary all the same and what"
            " safeguarding was asked, or leave it."
        ]
    if until > override.review_on:
        last = dates.short_date(override.review_on)
        return [f"The decision about their age holds until {last}: review and last day too."]
    return []


def _face_problems(subject: Subject, draft: ProfileDraft) -> list[str]:
    if subject.status == Subject.Status.KNOWN and not draft.photos:
        return ["Choose at least one photo."]
    return []


def _photo_problems(photos: Iterable[Photo]) -> list[str]:
    problems = []
    for photo in photos:
        if not photo.may_publish:
            problems.append("A photo has no permission to publish. Record it or leave it out.")
        if not photo.bystanders_clear:
            problems.append("A photo may show bystanders. Crop it, or record that it doesn’t.")
    return list(dict.fromkeys(problems))


def _warning_problems(subject: Subject, draft: ProfileDraft) -> list[str]:
    held = {row.marker: row.review_on for row in subject.warnings.filter(ended_at=None)}
    problems = []
    for code in draft.warnings:
        label = WarningMarker(code).label
        if code not in held:
            problems.append(f"Put the warning “{label}” on the record first, with its reason.")
        elif held[code] < dates.today():
            problems.append(f"The warning “{label}” is due for review. Look at it first.")
    return problems


def _name_problems(subject: Subject, draft: ProfileDraft) -> list[str]:
    if subject.status != Subject.Status.KNOWN or (draft.name is None and draft.aliases is None):
        return []
    held = {subject.name, *subject.aliases.values_list("name", flat=True)}
    if {*(draft.aliases or ()), draft.name or subject.name} <= held:
        return []
    return ["A name chosen here is no longer on the record. Choose again."]


def _word_problems(draft: ProfileDraft) -> list[str]:
    found = prohibited_words(draft.line, draft.description, draft.mo)
    return [
        f"Leave out {kind}: “{'”, “'.join(words)}”. Describe what a witness sees."
        for kind, words in found.items()
    ]


def _day_problems(draft: ProfileDraft) -> list[str]:
    today = dates.today()
    latest = dates.last_day_of_year_from(today)
    problems = []
    if not today < draft.review_on <= latest:
        problems.append("The review day must be within the next 12 months.")
    if not today <= draft.expires_on <= latest:
        problems.append("The last day must be within the next 12 months.")
    by_rule = draft.until_by_rule
    if by_rule and draft.expires_on > (ceiling := dates.add_months(by_rule, REOPEN_MONTHS)):
        problems.append(
            f"Whatever the reason, members see it until {dates.short_date(ceiling)} at most:"
            " only another accepted incident begins it anew."
        )
    if by_rule and draft.expires_on > max(by_rule, today) and not draft.longer_because.strip():
        problems.append(
            f"Members see it until {dates.short_date(max(by_rule, today))} by the rule of twelve"
            " months. Say why longer, or choose that day."
        )
    return problems


def drafted_words(subject: Subject) -> tuple[str, str]:
    """Return description and MO as a draft starts: the record's words, its looks and marks too.

    What the words say already is not said again.
    """
    looks = [subject.sex, subject.height, subject.build, subject.hair, subject.marks]
    methods = [str(Method(code).label) for code in subject.methods]
    return _together(looks, subject.description), _together(methods, subject.mo)


def _together(parts: Sequence[str], words: str) -> str:
    """Put what is missing from the words before them, as a sentence of its own."""
    missing = [part for part in parts if part and not _says(words, part)]
    first = ", ".join(missing)
    return " ".join(text for text in (first and f"{first[0].upper()}{first[1:]}.", words) if text)


def _says(words: str, part: str) -> bool:
    return re.search(rf"\b{re.escape(part)}\b", words, re.IGNORECASE) is not None


def words_mark(subject: Subject) -> str:
    """Return a hash of what drafts start from: it tells whether the record changed since."""
    looks = (subject.sex, subject.height, subject.build, subject.hair, subject.marks)
    said = (*looks, subject.description, subject.mo, *subject.methods)
    return hashlib.sha256("\x1f".join(said).encode()).hexdigest()


@dataclass(frozen=True)
class Change:
    """What differs between two versions, in words."""

    label: str
    before: str
    now: str


def changes_between(
    old: ProfileVersion, new: ProfileVersion, photos: Sequence[Photo]
) -> list[Change]:
    """Return what members will see otherwise, and what was decided otherwise, than in `old`.

    `photos` are those of `new`, which need not be saved.
    """
    words: dict[str, Callable[[ProfileVersion], str]] = {
        "Name": lambda version: version.shown_name,
        "Also known as": lambda version: ", ".join(version.aliases),
        "Line": lambda version: version.line,
        "Description": lambda version: version.description,
        "MO": lambda version: version.mo,
        "Warnings": lambda version: ", ".join(version.warning_words()),
        "Lawful ground": lambda version: version.get_ground_display(),
        "Necessity": lambda version: version.necessity,
        "For whom": lambda version: version.audience_words(),
        "Review on": lambda version: dates.short_date(version.review_on),
        "Shown until": lambda version: dates.short_date(version.expires_on),
        "Why longer": lambda version: version.longer_because,
    }
    changes = [Change(label, say(old), say(new)) for label, say in words.items()]
    held = [shown.photo_id for shown in old.shown.all()]
    chosen = [photo.pk for photo in photos]
    if held != chosen:
        changes.append(Change("Photos", f"{len(held)}", f"{len(chosen)}, changed"))
    return [change for change in changes if change.before != change.now]
