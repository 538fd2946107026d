"""What is in the database already, looked up once for a whole file."""

from collections import defaultdict
from functools import cached_property
from typing import Any

from common.refs import parse_report_ref, parse_subject_ref
from imports.cells import fold
from imports.kinds.base import Line, fold_key
from imports.models import ImportedRow
from incidents.models import IncidentType, Report
from members.models import Area, Member, Premises, User
from offenders.models import Subject


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

    def subject(self, said: str) -> Subject | None:
        """Return a subject by our reference or by their number where the file comes from.

        Never by name alone: two people may share one.
        """
        key = self._keys.get(("subjects", fold_key(said)))
        if key:
            return self._subjects.get(key)
        ref = parse_subject_ref(said)
        return self._subject_refs.get(ref) if ref else None

    def report(self, said: str) -> int | None:
        """Return the key of a report by our reference, or by its number where it comes from."""
        key = self._keys.get(("incidents", fold_key(said)))
        if key:
            return key
        ref = parse_report_ref(said)
        return self._report_refs.get(ref) if ref else None

    @cached_property
    def _report_refs(self) -> dict[str, int]:
        return dict(Report.objects.values_list("ref", "pk"))
