"""Files of members, premises, and people with accounts."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from common.bulk import Refusal, Taken
from imports.cells import choice, day_of, email_of, line_of, phone_of, place_of, postcode, yes_of
from imports.known import Known
from members.models import Lost, Member, Role
from members.pipeline import ContactInput
from members.sites import SiteInput
from members.takeover import (
    KINDS,
    ROLES,
    MemberTaken,
    UserTaken,
    member_taken,
    members_save,
    premises_save,
    premises_taken,
    user_taken,
    users_save,
)

from .base import MEMBER, Field, Kind, Line, Match, Told, judged, keyed

SECTORS = {
    "retail": "independent", "retailer": "independent", "retail small": "independent",
    "retail independent": "independent", "ind": "independent", "shop": "independent",
    "independent retailer": "independent", "small retail": "independent",
    "retail large": "large_retail", "large": "large_retail", "multiple": "large_retail",
    "national": "large_retail", "chain": "large_retail", "supermarket": "large_retail",
    "retail national": "large_retail", "department store": "large_retail",
    "pub": "licensed", "bar": "licensed", "public house": "licensed", "nightclub": "licensed",
    "club": "licensed", "licensed": "licensed", "restaurant": "licensed", "night time": "licensed",
    "event": "venue", "theatre": "venue", "cinema": "venue", "services": "service",
    "bank": "service", "security": "service", "shopping centre": "building",
    "property": "building", "landlord": "building", "car park": "building",
    "police": "public", "council": "public", "public sector": "public", "nhs": "public",
    "agency": "public", "transport": "public",
}  # fmt: skip
STATUSES = {
    "current": "active", "live": "active", "member": "active", "paid": "active", "yes": "active",
    "full": "active", "lapsed": "lapsed", "expired": "lapsed", "unpaid": "lapsed",
    "resigned": "left", "ended": "left", "closed": "left", "ex member": "left", "no": "left",
    "former": "left", "cancelled": "left", "lead": "prospect", "target": "prospect",
    "pending": "applied", "application": "applied", "in talks": "contacted",
}  # fmt: skip
MEMBER_KINDS = {
    "member": "full", "full": "full", "standard": "full", "paying": "full", "associate":
    "affiliate", "affiliate member": "affiliate", "agency": "agency", "partner": "agency",
    "police": "agency", "council": "agency",
}  # fmt: skip
SITE = (
    Field("address", "Address", "Street address of its first site.", line_of,
          also=("street", "address 1", "address line 1", "street address", "site address",
                "premises address", "shop address"), example="12 Lowfield Street"),
    Field("address_2", "Address, second line", "Put behind the first.", line_of,
          also=("address 2", "address line 2", "locality")),
    Field("postcode", "Postcode", "Whole, such as DA1 1DN.", postcode,
          also=("post code", "postal code", "zip"), example="DA1 1DN"),
    Field("opening_hours", "Opening hours", "", line_of, also=("hours", "opening times")),
    Field("coordinates", "Position on the map", "Latitude and longitude.", place_of,
          also=("latitude longitude", "lat long", "lat lon", "coordinates", "gps"),
          example="51.44620, 0.21690"),
)  # fmt: skip


def _place(line: Line) -> dict[str, Decimal]:
    """Return latitude and longitude as a site keeps them, nothing where none is given."""
    found = line.get("coordinates", ())
    return dict(zip(("latitude", "longitude"), found, strict=False))


def _address(line: Line) -> str:
    parts = (line.get("address", ""), line.get("address_2", ""))
    return ", ".join(part for part in parts if part)


class Members(Kind):
    code = "members"
    main = "members.member"
    about = "Businesses and partner agencies, each with its first site and whom to ask for there."
    fields: ClassVar[tuple[Field, ...]] = (
        keyed("member number", "member id", "member no", "membership number", "account number",
              "account no", "site id", example="M-012"),
        Field("name", "Name", "As it trades.", needed=True,
              also=("member", "member name", "shop name", "business", "business name", "company",
                    "company name", "trading as", "trading name", "organisation", "store",
                    "store name", "premises name"), example="Cobbs Bakery"),
        Field("kind", "Kind of membership", "Full member (when empty), affiliate, agency.",
              choice([(kind, str(kind.label)) for kind in KINDS], MEMBER_KINDS),
              also=("membership", "membership type", "member type", "category", "type"),
              example="Full member"),
        Field("sector", "Sector", "", choice(Member.Sector.choices, SECTORS), needed=True,
              also=("trade", "business type", "industry", "business sector"),
              example="Independent retail"),
        Field("area", "Area", "An area of the borough, by name.", needed=True,
              also=("zone", "town", "district", "location", "beat", "ward"),
              example="Town Centre"),
        Field("status", "Status", "Active when empty and the day it joined is there.",
              choice(Member.Status.choices, STATUSES),
              also=("state", "membership status", "member status", "current member", "active"),
              example="Active"),
        Field("joined_on", "Joined on", "Needed of an active member.", day_of,
              also=("member since", "date joined", "joined", "join date", "start date",
                    "membership start", "joining date"), example="14/03/2019"),
        Field("left_on", "Left on", "", day_of,
              also=("date left", "left", "leaving date", "lapsed on", "end date", "date lapsed")),
        Field("lost", "Why it left", "", choice(Lost.choices),
              also=("reason", "reason for leaving", "leaving reason")),
        *SITE,
        Field("contact", "Contact", "Whom to ask for there.",
              also=("contact name", "manager", "main contact", "store manager", "owner",
                    "primary contact"), example="Ann Lee", most=120),
        Field("position", "Contact’s position", "",
              also=("job title", "contact position", "title", "contact role")),
        Field("email", "Contact’s e-mail", "", email_of,
              also=("email", "e mail", "email address", "contact email"),
              example="ann@cobbs.example"),
        Field("phone", "Contact’s telephone", "", phone_of,
              also=("phone", "telephone", "tel", "mobile", "phone number", "contact number",
                    "contact phone"), example="01632 960001"),
        Field("signed_on", "Authority to exclude signed on",
              "Notices hold at its premises from that day.", day_of,
              also=("authority signed", "exclusion authority", "authorisation signed",
                    "authorisation date", "exclusion agreement signed")),
        Field("signed_by", "Authority signed by", "",
              also=("authority signed by", "authorised by", "signatory"), most=120),
    )  # fmt: skip

    def apart(self, line: Line) -> Sequence[str]:
        return [line.get("name", "")]

    def match(self, line: Line, known: Known) -> Match | None:
        found = known.member_named(line.get("name", ""))
        if found is None:
            return None
        words = f"{found.name} is a member here already: it stays as it is, known by this row."
        return Match(found.pk, words)

    def make(self, line: Line, known: Known, told: Told) -> Taken | None:
        area = known.area(line)
        joined, left = line.get("joined_on"), line.get("left_on")
        status = line.get("status") or _status_by(joined, left)
        site = self._site(line, status)
        if not line.problems and area:
            contact = self._contact(line)
            data = MemberTaken(
                name=line.get("name", ""),
                kind=line.get("kind", "full"),
                sector=line.get("sector", ""),
                area=area,
                status=status,
                joined_on=joined,
                left_on=left,
                lost=line.get("lost", ""),
                site=SiteInput(line.get("name", ""), area=area, **site) if site else None,
                contact=contact,
                signed_on=line.get("signed_on"),
                signed_by=line.get("signed_by", ""),
            )
            return judged(line, lambda: member_taken(data, stamp=told.stamp))
        return None

    def _site(self, line: Line, status: str) -> dict[str, Any]:
        street, code = _address(line), line.get("postcode", "")
        if street and not code and "postcode" not in dict(line.problems):
            line.wrong("postcode", "An address needs its postcode.")
        if code and not street:
            line.wrong("address", "A postcode needs the address before it.")
        if not (street and code):
            return {}
        hours = line.get("opening_hours", "")
        return {"address": street, "postcode": code, "opening_hours": hours, **_place(line)}

    def _contact(self, line: Line) -> ContactInput | None:
        name, email, phone = (line.get(each, "") for each in ("contact", "email", "phone"))
        if not (name or email or phone):
            return None
        if not (email or phone):
            line.note("contact", "Without an e-mail address or a telephone number: left out.")
            return None
        return ContactInput(name or "The manager", line.get("position", ""), email, phone)

    def save(self, lines: Sequence[Taken]) -> list[Refusal]:
        return members_save(lines)


def _status_by(joined: dt.date | None, left: dt.date | None) -> str:
    if left:
        return Member.Status.LEFT
    return Member.Status.ACTIVE if joined else Member.Status.PROSPECT


class PremisesKind(Kind):
    code = "premises"
    main = "members.premises"
    about = "Further sites of members that are here already."
    after = ("members",)
    fields: ClassVar[tuple[Field, ...]] = (
        keyed("premises id", "site id", "site number", "store number", "branch number",
              "premises number", example="S-031"),
        MEMBER,
        Field("name", "Name of the site", "What staff call it.", needed=True,
              also=("premises", "premises name", "site", "site name", "branch", "branch name",
                    "location name"), example="Cobbs Bakery, The Orchards"),
        Field("address", "Address", "Street address.", needed=True, also=SITE[0].also,
              example="3 The Orchards"),
        SITE[1],
        Field("postcode", "Postcode", "Whole, such as DA1 1DN.", postcode, needed=True,
              also=SITE[2].also, example="DA1 1DN"),
        Field("area", "Area", "The member’s when empty.",
              also=("zone", "town", "district", "beat", "ward"), example="The Orchards"),
        *SITE[3:],
        Field("added_on", "In the scheme since", "With its member when empty.", day_of,
              also=("added", "date added", "opened", "start date")),
        Field("closed_on", "Closed on", "", day_of, also=("closed", "date closed", "end date")),
    )  # fmt: skip

    def apart(self, line: Line) -> Sequence[str]:
        return [line.said("member"), line.get("name", "")]

    def match(self, line: Line, known: Known) -> Match | None:
        probe = Line(line.number, line.cells)
        member = known.member(probe)
        found = known.premises(probe, member, "name") if member and line.said("name") else None
        if found is None or not member or found.member_id != member.pk:
            return None
        words = f"{found.name} is there already: it stays as it is, known by this row."
        return Match(found.pk, words)

    def make(self, line: Line, known: Known, told: Told) -> Taken | None:
        member, area = known.member(line), known.area(line)
        if line.problems or member is None:
            return None
        data = SiteInput(line.get("name", ""), _address(line), line.get("postcode", ""),
                         area or member.area, line.get("opening_hours", ""),
                         **_place(line))  # fmt: skip
        added, closed = line.get("added_on"), line.get("closed_on")
        return judged(line, lambda: premises_taken(member, data, added_on=added, closed_on=closed))

    def save(self, lines: Sequence[Taken]) -> list[Refusal]:
        return premises_save(lines)


ROLE_WORDS = {
    "staff": "reporter", "user": "reporter", "member": "reporter", "guard": "reporter",
    "security": "reporter", "security officer": "reporter", "standard": "reporter",
    "store manager": "manager", "admin user": "manager", "key holder": "manager",
    "owner": "manager", "supervisor": "manager", "police": "agency", "council": "agency",
    "officer": "agency", "pcso": "agency", "cctv": "agency",
}  # fmt: skip


class Users(Kind):
    code = "users"
    main = "members.user"
    about = "Who signs in. They get no password and no e-mail until you invite them."
    after = ("members", "premises")
    fields: ClassVar[tuple[Field, ...]] = (
        keyed("user id", "user number", "login", "username", example="U-204"),
        Field("name", "Name", "Or first name and surname, each in its own column.",
              also=("full name", "user", "user name", "contact", "contact name"),
              example="Ann Lee", most=120),
        Field("first_name", "First name", "", also=("forename", "given name", "firstname")),
        Field("last_name", "Surname", "", also=("last name", "family name", "lastname")),
        Field("email", "E-mail", "Their sign-in name.", email_of, needed=True,
              also=("email", "e mail", "email address", "login email", "username"),
              example="ann@cobbs.example"),
        MEMBER,
        Field("premises", "Premises", "Where they usually work.",
              also=("site", "site name", "branch", "location"), example="Cobbs Bakery"),
        Field("role", "Role", "Reporter (when empty) or Member manager; at an agency, that.",
              choice([(role, str(role.label)) for role in ROLES], ROLE_WORDS),
              also=("user type", "access level", "permission", "user role", "access", "group"),
              example="Reporter"),
        Field("leaver", "Has left", "Rows that say yes are left out.", yes_of,
              also=("left", "disabled", "inactive", "archived")),
    )  # fmt: skip

    def apart(self, line: Line) -> Sequence[str]:
        return [line.get("email", "")]

    def match(self, line: Line, known: Known) -> Match | None:
        pk, _ = known.emails.get(line.get("email", ""), (0, 0))
        if not pk:
            return None
        return Match(pk, "There is an account of this address already: it stays as it is.")

    def make(self, line: Line, known: Known, told: Told) -> Taken | None:
        parts = (line.get("first_name", ""), line.get("last_name", ""))
        name = line.get("name") or " ".join(part for part in parts if part)
        if not name:
            line.wrong("name", "Enter who it is.")
        if line.get("leaver"):
            line.wrong("leaver", "Somebody who has left gets no account. Take the row out.")
        member = known.member(line)
        site = known.premises(line, member) if member and line.said("premises") else None
        if line.problems or member is None:
            return None
        default = Role.AGENCY if member.kind == Member.Kind.AGENCY else Role.REPORTER
        data = UserTaken(name, line.get("email", ""), member, line.get("role", default), site)
        return judged(line, lambda: user_taken(data))

    def save(self, lines: Sequence[Taken]) -> list[Refusal]:
        return users_save(lines)
