"""What is in the database already, looked up once for a whole file."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from common import dates
from imports.cells import fold
from imports.kinds.base import KEPT_MONTHS, Line, fold_key
from imports.models import ImportedRow
from incidents.models import IncidentType, Report
from members.models import Area, Member, Payment, Premises, User
from offenders.models import Association, Photo, Subject

OURS_UNNAMED: Final = (
    "is a reference of ours. Map the column with the person’s name too: it is used only where that"
    " is the name on the record."
)


class Known:
    """Lookups by name, by number here, and by number where a file comes from."""

    def __init__(self, source: str) -> None:
        self._source = source

    @cached_property
    def _keys(self) -> dict[tuple[str, str], int]:
        rows = ImportedRow.objects.filter(source=self._source, undone_at=None)
        found = rows.values_list("kind", "key", "object_id")
        return {(kind, key): pk for kind, key, pk in found}

    @cached_property
    def areas(self) -> dict[str, Area]:
        """Areas by name."""
        return {fold(area.name): area for area in Area.objects.all()}

    @cached_property
    def _members(self) -> dict[int, Member]:
        return {row.pk: row for row in Member.objects.exclude(kind=Member.Kind.SCHEME)}

    @cached_property
    def _by_name(self) -> dict[str, Member]:
        return {row.name.casefold(): row for row in self._members.values()} | {
            fold(row.name): row for row in self._members.values()
        }

    @cached_property
    def _premises(self) -> dict[int, Premises]:
        return {row.pk: row for row in Premises.objects.select_related("member", "area")}

    @cached_property
    def _sites(self) -> dict[str, list[Premises]]:
        found: dict[str, list[Premises]] = defaultdict(list)
        for row in self._premises.values():
            found[fold(row.name)].append(row)
        return found

    @cached_property
    def _sites_of(self) -> dict[int, list[Premises]]:
        found: dict[int, list[Premises]] = defaultdict(list)
        for row in self._premises.values():
            found[row.member_id].append(row)
        return found

    @cached_property
    def emails(self) -> dict[str, tuple[int, int]]:
        """Accounts by address: their key and that of their member."""
        rows = User.objects.values_list("email", "pk", "member_id")
        return {email.lower(): (pk, member) for email, pk, member in rows}

    @cached_property
    def types(self) -> dict[str, IncidentType]:
        """Types of incident by code and words."""
        rows = list(IncidentType.objects.all())
        return {fold(row.code): row for row in rows} | {fold(row.label): row for row in rows}

    @cached_property
    def _subjects(self) -> dict[int, Subject]:
        return {row.pk: row for row in Subject.objects.filter(merged_into=None)}

    @cached_property
    def _subject_refs(self) -> dict[str, Subject]:
        return {row.ref: row for row in self._subjects.values()}

    def subject_of(self, key: int) -> Subject | None:
        """Return a subject by their key here; None: gone, or part of another record."""
        return self._subjects.get(key)

    def photos_of(self, key: int) -> set[str]:
        """Return the SHA-256 of each photo on a subject's record."""
        return self._photos[key]

    @cached_property
    def associations(self) -> dict[tuple[int, int], int]:
        """Keys of associations by those of the two, the lower one first."""
        rows = Association.objects.values_list("first", "second", "pk")
        return {(first, second): pk for first, second, pk in rows}

    @cached_property
    def _photos(self) -> dict[int, set[str]]:
        found: dict[int, set[str]] = defaultdict(set)
        for subject, sha256 in Photo.objects.values_list("subject", "sha256"):
            found[subject].add(sha256)
        return found

    @cached_property
    def named(self) -> dict[str, list[Subject]]:
        """Subjects by name."""
        found: dict[str, list[Subject]] = defaultdict(list)
        for row in self._subjects.values():
            if row.name:
                found[fold(row.name)].append(row)
        return found

    def area(self, line: Line, name: str = "area") -> Area | None:
        """Return the area that a cell names; else the line tells."""
        said = line.said(name)
        area = self.areas.get(fold(said)) if said else None
        if said and area is None:
            line.wrong(name, f"is no area of the borough: {', '.join(self._area_names())}.")
        return area

    def _area_names(self) -> list[str]:
        return [area.name for area in self.areas.values()][:12]

    def member_named(self, name: str) -> Member | None:
        """Return a member by its name."""
        return self._by_name.get(name.casefold()) or self._by_name.get(fold(name))

    def member(self, line: Line, name: str = "member") -> Member | None:
        """Return the member that a cell names, by number or name; else the line tells."""
        said = line.said(name)
        if not said:
            return None
        key = self._keys.get(("members", fold_key(said)))
        found = self._members.get(key) if key else self.member_named(said)
        if found is None:
            line.wrong(name, "is no member here. Import the file of members first, or correct it.")
        return found

    def premises(self, line: Line, member: Member | None, name: str = "premises") -> Any:
        """Return the site that a cell names; a member with one site needs none named."""
        said = line.said(name)
        if not said:
            sites = self._sites_of.get(member.pk, []) if member else []
            if len(sites) == 1:
                return sites[0]
            if member:
                line.wrong(name, "This member has several sites, or none: say which.")
            return None
        key = self._keys.get(("premises", fold_key(said)))
        if key and key in self._premises:
            return self._premises[key]
        found = [
            row for row in self._sites.get(fold(said), [])
            if member is None or row.member_id == member.pk
        ]  # fmt: skip
        if not found and member is None and (owner := self.member_named(said)):
            found = self._sites_of.get(owner.pk, [])
        if len(found) == 1:
            return found[0]
        line.wrong(
            name,
            "is the name of several sites here. Map the member’s column too, or use numbers."
            if found
            else "are no premises here. Import the file of premises first, or correct it.",
        )
        return None

    def subject(self, said: str) -> tuple[Subject | None, bool]:
        """Return a subject by their number where the file comes from, and whether it is by ours.

        Never by name alone: two people may share one. Ours only just as it is written here: their
        "D3" is a number of theirs that is missing, not our D-0003. Whoever takes ours compares the
        name (is_named).
        """
        key = self._keys.get(("subjects", fold_key(said)))
        if key:
            return self._subjects.get(key), False
        found = self._subject_refs.get(said.strip())
        return found, found is not None

    def is_named(self, subject: Subject, name: str) -> bool:
        """Whether a subject is called so, in whatever order; no letters are nobody's name."""
        held = [subject.name, *subject.aliases.values_list("name", flat=True)]
        said = sorted(fold(name).split())
        return any(map(str.isalpha, name)) and said in [sorted(fold(each).split()) for each in held]

    def report(self, said: str) -> int | None:
        """Return the key of a report by its number where it comes from, or by our reference.

        Ours only just as it is written here. A notice may cite those of its own person alone.
        """
        key = self._keys.get(("incidents", fold_key(said)))
        return key or self._report_refs.get(said.strip())

    @cached_property
    def payments(self) -> dict[tuple[int, dt.date, Decimal], str]:
        """References of payments by member, day and amount."""
        rows = Payment.objects.values_list("member_id", "received_on", "amount", "ref")
        return {(member, day, amount): ref for member, day, amount, ref in rows}

    @cached_property
    def reports(self) -> dict[tuple[int, dt.date, int | None, int | None], str]:
        """References of reports by premises, day, type and person, of the time that is taken."""
        since = dates.add_months(dates.today(), -KEPT_MONTHS - 1)
        rows = Report.objects.filter(occurred_at__gte=dates.london_midnight(since)).values_list(
            "premises_id", "occurred_at", "type_id", "people__subject_id", "ref"
        )
        return {
            (place, dates.london_date(at), kind, person): ref
            for place, at, kind, person, ref in rows
        }

    @cached_property
    def _report_refs(self) -> dict[str, int]:
        return dict(Report.objects.values_list("ref", "pk"))
