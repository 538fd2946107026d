"""The demo's subjects: drawn faces, descriptions that agree with them, published profiles."""

import datetime as dt
import os
import random
import uuid
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from common import dates
from common.db import StoredImage
from common.refs import subject_ref
from members.audience import AudienceKind
from members.models import User
from offenders.models import (
    Alias,
    Ground,
    NumberSeries,
    Photo,
    ProfilePhoto,
    ProfileVersion,
    Subject,
    WarningMarker,
)
from offenders.publication import drafted_words, words_mark

from . import words
from .drawing import Job, draw
from .features import portrait_features

SUBJECTS = 140
DRAWN = 280  # different faces drawn; beyond that many subjects they are used again
KNOWN_SHARE = 0.72
KEVIN = 1482  # a slim man with short grey hair
AGES = {"18 to 25": (21, 25), "25 to 35": (25, 35), "35 to 50": (35, 50), "50 to 65": (50, 65)}


@dataclass(frozen=True)
class Face:
    """A subject with what the rest of the demo needs of it."""

    subject: Subject
    is_published: bool


def load_faces(
    rng: random.Random, *, scale: int, by: User, tell: Callable[[str], None]
) -> list[Face]:
    """Make the subjects with photos, aliases and profiles; return them."""
    count = SUBJECTS * scale
    subjects = [_subject(rng, number, by) for number in range(1, count + 1)]
    Subject.objects.bulk_create(subjects, batch_size=2000)
    NumberSeries.objects.create(prefix="D", year=0, last=count)
    _aliases(rng, subjects)
    photos = _photos(subjects, by)
    tell(f"Drawing {min(count, DRAWN)} faces ...")
    wanted = [(photo.uuid, seed_of(number)) for number, photo in enumerate(photos, start=1)]
    originals = draw_faces(wanted)
    for photo in photos:
        photo.sha256, photo.byte_size = originals[photo.uuid]
    Photo.objects.bulk_create(photos, batch_size=2000)
    return _profiles(rng, subjects, photos, by)


def seed_of(number: int) -> int:
    """Return which drawn face the subject of a number has; Kevin Marsh, D-0042, has his own."""
    return KEVIN if number == 42 else (number - 1) % DRAWN


def _subject(rng: random.Random, number: int, by: User) -> Subject:
    seed = seed_of(number)
    looks = portrait_features(seed)
    known = number == 42 or rng.random() < KNOWN_SHARE
    low, high = AGES.get(looks.age_band, (65, 75))
    _, mo = rng.choice(words.MO)
    name = f"{rng.choice(words.GIVEN[looks.female])} {rng.choice(words.FAMILY)}" if known else ""
    born = dates.add_months(dates.today(), -12 * rng.randrange(low, high + 1) - rng.randrange(12))
    told = filter(None, (looks.sentence(), rng.choice(words.CLOTHES_EXTRA)))
    return Subject(
        ref=subject_ref(number),
        client_id=uuid.UUID(int=rng.getrandbits(128), version=4),
        status="known" if known else "id_sought",
        name="Kevin Marsh" if number == 42 else name,
        date_of_birth=born if known and rng.random() < 0.8 else None,
        age_low=max(low, 21),
        age_high=high,
        age_seen_on=dates.today() - dt.timedelta(days=rng.randrange(300)),
        sex=looks.sex_words.lower(),
        build=looks.build,
        hair=looks.hair_words,
        height=rng.choice(("about 165 cm", "about 172 cm", "about 180 cm", "over 185 cm")),
        marks=looks.marks_words,
        description=f"{', '.join(told)}.",
        mo=mo,
        notes="",
        created_by=by,
    )


def _aliases(rng: random.Random, subjects: list[Subject]) -> None:
    rows = [
        Alias(subject=subject, name=rng.choice(words.NICKNAMES))
        for subject in subjects
        if subject.name and rng.random() < 0.35
    ]
    Alias.objects.bulk_create(rows, batch_size=2000)


def _photos(subjects: list[Subject], by: User) -> list[Photo]:
    now = timezone.now()
    rows = []
    for subject in subjects:
        name = uuid.uuid5(uuid.NAMESPACE_URL, f"demo-photo-{subject.ref}")
        rows.append(
            Photo(
                uuid=name,
                subject=subject,
                original=f"originals/{name.hex[:2]}/{name}.jpg",
                content_type="image/jpeg",
                added_at=now,
                variants_ready_at=now,
                source="Drawn for the demo",
                may_publish=True,
                bystanders_clear=True,
                is_primary=True,
                added_by=by,
            )
        )
    return rows


def draw_faces(wanted: list[tuple[uuid.UUID, int]]) -> dict[uuid.UUID, tuple[str, int]]:
    """Write original and variants of each (photo, seed) on all cores; a seed is drawn once.

    Return the SHA-256 and the length of each original.
    """
    by_seed: dict[int, list[uuid.UUID]] = {}
    for name, seed in wanted:
        by_seed.setdefault(seed, []).append(name)
    root = Path(settings.MEDIA_ROOT)
    sizes = StoredImage.VARIANT_SIZES
    jobs = [Job(seed, names, root, sizes) for seed, names in by_seed.items()]
    # Not fork: the parent holds a database connection.
    with ProcessPoolExecutor(os.cpu_count() or 2, mp_context=get_context("spawn")) as pool:
        parts = list(pool.map(draw, jobs, chunksize=8))
    return {name: facts for part in parts for name, facts in part.items()}


def _profiles(
    rng: random.Random, subjects: list[Subject], photos: list[Photo], by: User
) -> list[Face]:
    today = dates.today()
    versions, faces = [], []
    for subject, photo in zip(subjects, photos, strict=True):
        # D-0041 is the one to publish by hand; some more are unpublished too.
        published = subject.ref == "D-0042" or (subject.ref != "D-0041" and rng.random() < 0.93)
        faces.append(Face(subject, published))
        if published:
            versions.append(_version(rng, subject, photo, by, today))
    ProfileVersion.objects.bulk_create(versions, batch_size=1000)
    ProfilePhoto.objects.bulk_create(
        [
            ProfilePhoto(version=version, photo=version.main_photo, position=0)
            for version in versions
        ],
        batch_size=2000,
    )
    return faces


def _version(
    rng: random.Random, subject: Subject, photo: Photo, by: User, today: dt.date
) -> ProfileVersion:
    age = rng.randrange(1, 330)
    published_at = timezone.now() - dt.timedelta(days=age)
    sectors = ["licensed"] if rng.random() < 0.06 else []
    lines = {mo: line for line, mo in words.MO}
    description, mo = drafted_words(subject)
    return ProfileVersion(
        subject=subject,
        number=1,
        known=subject.status == "known",
        name=subject.name,
        aliases=[],
        line=lines[subject.mo],
        description=description,
        mo=mo,
        record_words=words_mark(subject),
        warnings=(
            rng.sample([WarningMarker.VIOLENCE, WarningMarker.THREATS, WarningMarker.NEEDLES], 1)
            if rng.random() < 0.18
            else []
        ),
        ground=Ground.UNLAWFUL_ACTS,
        necessity="Repeated thefts from several members; staff need to recognise this person.",
        audience=AudienceKind.SECTORS if sectors else AudienceKind.ALL,
        audience_sectors=sectors,
        review_on=today + dt.timedelta(days=rng.randrange(-2, 170)),
        expires_on=today + dt.timedelta(days=max(8, 360 - age)),
        main_photo=photo,
        published_at=published_at,
        active_at=published_at,
        published_by=by,
    )
