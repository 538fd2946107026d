"""Who offends with whom: from reports that name both, and from what the manager noted."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from incidents.links import MOST, links_of
from offenders.models import Association, Subject


@dataclass
class Bond:
    """That two subjects belong together, and how we know."""

    one: Subject
    two: Subject
    reports: int = 0
    refs: list[str] = field(default_factory=list)
    noted: Association | None = None

    @property
    def weight(self) -> int:
        """How strong it is: one for each report, three for what was noted."""
        return self.reports + (3 if self.noted else 0)


def bonds_of(subjects: Iterable[Subject], *, most: int = MOST) -> list[Bond]:
    """Return the bonds of these subjects with anybody, each pair once, the strongest first."""
    known = {subject.pk: subject for subject in subjects}
    links = links_of(known, most=most)
    noted = list(
        Association.objects.filter(Q(first__in=known) | Q(second__in=known))
        .select_related("first", "second")
        .order_by("-added_at")[:most]
    )
    everybody = known | Subject.objects.in_bulk(
        {key for link in links for key in (link.one, link.two)} - known.keys()
    )
    for row in noted:
        everybody |= {row.first_id: row.first, row.second_id: row.second}
    bonds: dict[tuple[int, ...], Bond] = {}
    for link in links:
        bond = Bond(everybody[link.one], everybody[link.two], link.reports, link.refs)
        bonds[tuple(sorted((link.one, link.two)))] = bond
    for row in noted:
        pair = (row.first_id, row.second_id)
        bond = bonds.setdefault(pair, Bond(everybody[pair[0]], everybody[pair[1]]))
        bond.noted = row
    return sorted(bonds.values(), key=lambda bond: (-bond.weight, bond.one.ref, bond.two.ref))


def known_companions(subject: Subject) -> list[tuple[Subject, Bond]]:
    """Return those a subject acts with, the closest first, each with how we know."""
    return [
        (bond.two if bond.one.pk == subject.pk else bond.one, bond) for bond in bonds_of([subject])
    ]
