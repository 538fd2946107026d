"""What the publish form starts with: the record's words, and what was decided last time."""

import datetime as dt
from typing import Any

from common import dates
from offenders.models import Photo, ProfileVersion, Subject
from offenders.publication import drafted_words, needs_override, override_of, words_mark


def starting_draft(
    subject: Subject, latest: ProfileVersion | None, *, until_by_rule: dt.date
) -> dict[str, Any]:
    """Return the initial values of the publish form.

    What the manager chose for the latest version stays chosen, as far as the record still has it:
    a name or a photo that was left out is not ticked again by itself.
    """
    today = dates.today()
    expires = max(until_by_rule, today)
    override = override_of(subject) if needs_override(subject) else None
    if override is not None:
        expires = min(expires, override.review_on)
    description, mo = drafted_words(subject)
    draft: dict[str, Any] = {
        "description": description,
        "mo": mo,
        "review_on": min(dates.add_months(today, 6), expires),
        "expires_on": expires,
        "photos": [photo.pk for photo in _newest(subject)],
    }
    if latest is not None:
        draft |= _as_decided(subject, latest)
    return draft


def is_reworded(subject: Subject, latest: ProfileVersion | None) -> bool:
    """Whether the record's words changed since the latest version, so that its own are not used."""
    if latest is None:
        return False
    if latest.record_words:
        return latest.record_words != words_mark(subject)
    # Published before these were kept: only the words themselves can be compared.
    words = (subject.description, subject.mo)
    return (latest.description, latest.mo) not in (words, drafted_words(subject))


def _as_decided(subject: Subject, latest: ProfileVersion) -> dict[str, Any]:
    decided: dict[str, Any] = {
        "line": latest.line,
        "warnings": latest.warnings,
        "ground": latest.ground,
        "necessity": latest.necessity,
        "audience": latest.audience,
        "audience_areas": latest.audience_areas,
        "audience_sectors": latest.audience_sectors,
    }
    if not is_reworded(subject, latest):
        decided |= {"description": latest.description, "mo": latest.mo}
    held = {subject.name, *subject.aliases.values_list("name", flat=True)}
    if latest.known:
        if latest.name in held:
            decided["name"] = latest.name
        decided["aliases"] = [name for name in latest.aliases if name in held]
    shown = list(latest.photos.order_by("shown__position").distinct())
    if shown:
        decided["photos"] = _photos_as_decided(subject, latest, shown)
    return decided


def _photos_as_decided(subject: Subject, latest: ProfileVersion, shown: list[Photo]) -> list[int]:
    """Return the photos that the latest version showed; of one cropped since, the newest crop."""
    newest = {photo.edit_of_id or photo.pk: photo for photo in _newest(subject)}
    chosen = []
    for photo in shown:
        now = newest.get(photo.edit_of_id or photo.pk)
        allowed = photo.may_publish and photo.bystanders_clear
        if now is not None and (now.added_at > latest.published_at or not allowed):
            chosen.append(now.pk)
        elif allowed:
            chosen.append(photo.pk)
    return list(dict.fromkeys(chosen))


def _newest(subject: Subject) -> list[Photo]:
    """What may be published; of a photo that was cropped or blurred, the latest of these instead.

    Whoever wants the whole photo shown, too, ticks it.
    """
    allowed = subject.photos.filter(may_publish=True, bystanders_clear=True)
    latest: dict[int, Photo] = {}
    for photo in allowed.order_by("added_at", "pk"):
        whole = photo.edit_of_id or photo.pk
        if photo.edit_of_id or whole not in latest:
            latest[whole] = photo
    return list(latest.values())
