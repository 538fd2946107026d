"""Rows for tests. Each makes the least that its constraints ask for; services make the rest."""

import datetime as dt
import io
import uuid
from typing import Any

import factory
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from exclusions.models import Notice
from exclusions.services import Service, notice_raise, notice_record_service
from incidents.models import IncidentType, Report
from incidents.services import (
    ItemInput,
    PersonInput,
    ReportInput,
    involvement_link,
    report_accept,
    report_submit,
)
from members.models import Area, Member, Payment, Premises, Role, User
from offenders.models import Bulletin, Ground, ProfileVersion, Subject
from offenders.services import (
    PhotoFacts,
    ProfileDraft,
    bulletin_create,
    photo_add,
    profile_publish,
    subject_create,
)

TODAY = dt.date.today


class AreaFactory(factory.django.DjangoModelFactory):  # type: ignore[misc]
    class Meta:
        model = Area
        django_get_or_create = ("slug",)

    name = "Town Centre"
    slug = factory.LazyAttribute(lambda area: area.name.lower().replace(" ", "-"))


class MemberFactory(factory.django.DjangoModelFactory):  # type: ignore[misc]
    class Meta:
        model = Member

    name = factory.Sequence(lambda n: f"Member {n}")
    slug = factory.Sequence(lambda n: f"member-{n}")
    kind = "full"
    status = "active"
    sector = "large_retail"
    area = factory.SubFactory(AreaFactory)
    joined_on = dt.date(2020, 1, 1)


class PremisesFactory(factory.django.DjangoModelFactory):  # type: ignore[misc]
    class Meta:
        model = Premises

    member = factory.SubFactory(MemberFactory)
    name = factory.LazyAttribute(lambda site: f"{site.member.name}, High Street")
    address = "1 High Street"
    postcode = "DA1 1DE"
    area = factory.LazyAttribute(lambda site: site.member.area)


class UserFactory(factory.django.DjangoModelFactory):  # type: ignore[misc]
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"user{n}@test.example")
    name = factory.Sequence(lambda n: f"User {n}")
    member = factory.SubFactory(MemberFactory)
    role = Role.REPORTER
    password = "!"


class PaymentFactory(factory.django.DjangoModelFactory):  # type: ignore[misc]
    class Meta:
        model = Payment

    member = factory.SubFactory(MemberFactory)
    received_on = factory.LazyFunction(dt.date.today)
    amount = 100
    method = "bank"


def incident_type(code: str = "shop-theft", **fields: Any) -> IncidentType:
    """Return a type of incident, made the first time."""
    defaults = {
        "label": "Shop theft",
        "family": "crime",
        "harm": 20,
        "involves_property": True,
        "is_common": True,
        "effective_from": dt.date(2020, 1, 1),
    }
    made, _ = IncidentType.objects.get_or_create(code=code, defaults=defaults | fields)
    return made  # type: ignore[no-any-return]


def image_bytes(
    kind: str = "JPEG", size: tuple[int, int] = (300, 400), colour: str = "teal"
) -> bytes:
    """Return a small picture's bytes in a format."""
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind)
    return buffer.getvalue()


def upload(
    name: str = "photo.jpg", content: bytes | None = None, content_type: str = "image/jpeg"
) -> SimpleUploadedFile:
    """Return an uploaded file, a small JPEG unless told otherwise."""
    return SimpleUploadedFile(name, content or image_bytes(), content_type)


def subject(by: User, *, photo: bool = True, **fields: Any) -> Subject:
    """Return a known adult subject with a photo that may be published."""
    values = {
        "status": "known",
        "name": "Kevin Marsh",
        "date_of_birth": dt.date(1989, 6, 4),
        "description": "Slim, about 180 cm, swallow tattoo on the left of the neck.",
        "mo": "Conceals razors in a foil-lined bag.",
    } | fields
    aliases = values.pop("aliases", ())
    made = subject_create(by=by, fields=values, aliases=aliases)
    if photo:
        facts = PhotoFacts(source="CCTV", may_publish=True, bystanders_clear=True)
        content = image_bytes(colour=f"#{uuid.uuid4().hex[:6]}")
        photo_add(by=by, subject=made, upload=upload(content=content), facts=facts)
    return made


def draft(subject: Subject, **fields: Any) -> ProfileDraft:
    """Return a draft that may be published."""
    values: dict[str, Any] = {
        "line": "Conceals razors",
        "description": subject.description or "A man in a grey hoodie.",
        "mo": subject.mo,
        "ground": Ground.UNLAWFUL_ACTS,
        "necessity": "Repeated thefts from several members.",
        "review_on": TODAY() + dt.timedelta(days=90),
        "expires_on": TODAY() + dt.timedelta(days=180),
        "audience": "all",
        "photos": list(subject.photos.all()),
    }
    return ProfileDraft(**values | fields)


def published(by: User, **fields: Any) -> ProfileVersion:
    """Return a published profile of a new subject. `draft_*` fields go to the draft."""
    of_draft = {key[6:]: fields.pop(key) for key in list(fields) if key.startswith("draft_")}
    made = subject(by, **fields)
    return profile_publish(by=by, subject=made, revision=1, draft=draft(made, **of_draft))


def report(by: User, premises: Premises, **fields: Any) -> Report:
    """Return a report as sent: a sighting, or an incident where `type` is given."""
    people = fields.pop("people", None) or [PersonInput(description="grey hoodie")]
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "type": None,
        "premises": premises,
        "occurred_at": timezone.now() - dt.timedelta(minutes=5),
        "people": people,
    }
    return report_submit(by=by, data=ReportInput(**values | fields))


def accepted_incident(
    intel: User, by: User, premises: Premises, subject: Subject, **fields: Any
) -> Report:
    """Return an accepted shop theft by a subject, linked by the manager."""
    values: dict[str, Any] = {
        "type": incident_type(),
        "outcome": "arrested",
        "items": [ItemInput(category="cosmetics", value_stolen=50)],
    }
    sent = report(by, premises, **values | fields)
    person = sent.people.get()
    linked = involvement_link(
        by=intel, report=sent, revision=sent.revision, involvement=person, subject=subject
    )
    return report_accept(by=intel, report=linked, revision=linked.revision)


def raised_notice(intel: User, by: User, premises: Premises, subject: Subject) -> Notice:
    """Return a notice that is still to be served, citing an arrest at the premises."""
    incident = accepted_incident(intel, by, premises, subject)
    return notice_raise(by=intel, subject=subject, reports=[incident], reason="Arrested.")


def served_notice(
    intel: User, by: User, premises: Premises, subject: Subject, *, ago: dt.timedelta | None = None
) -> Notice:
    """Return a notice served just now, or some time ago (its other dates moved along)."""
    notice = raised_notice(intel, by, premises, subject)
    served_at = timezone.now() - (ago or dt.timedelta())
    Notice.objects.filter(pk=notice.pk).update(raised_at=served_at - dt.timedelta(days=1))
    service = Service(served_at=served_at, method="in_person", served_by="J. Patel")
    return notice_record_service(by=intel, notice=notice, service=service)


def bulletin(intel: User, *versions: ProfileVersion, **fields: Any) -> Bulletin:
    """Return a draft bulletin."""
    values = {"headline": "Watch for these", "opening": "Seen this week."} | fields
    return bulletin_create(by=intel, fields=values, versions=list(versions))
