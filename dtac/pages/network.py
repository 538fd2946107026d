"""Who offends with whom, as a picture and a table."""

import math
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit.services import record
from dtac.network import Bond, bonds_of
from members.access import roles_only, user_of
from members.models import Role
from offenders import actions
from offenders.access import get_subject
from offenders.models import Subject

WIDTH, HEIGHT = 760, 560
RINGS = (0, 150, 240)
MOST_PEOPLE = 30  # more would be a ball of wool


@dataclass(frozen=True)
class Node:
    """A person in the picture."""

    subject: Subject
    x: float
    y: float
    ring: int

    @property
    def text_y(self) -> float:
        """Where the reference stands: beneath the dot."""
        return self.y + (30 if self.ring == 0 else 24)


@dataclass(frozen=True)
class Edge:
    """A line between two people; thicker with more reports."""

    one: Node
    two: Node
    width: float
    noted: bool


@require_safe
@roles_only(Role.INTEL)
def subject_network(request: HttpRequest, ref: str) -> HttpResponse:
    """A subject, those they act with, and those these act with."""
    user = user_of(request)
    found = get_subject(user, ref)
    near = bonds_of([found])
    friends = _others(near, {found.pk})
    bonds = bonds_of([found, *friends], most=MOST_PEOPLE * 2) if friends else near
    nodes = _nodes(found, friends, bonds)
    shown = [bond for bond in bonds if bond.one.pk in nodes and bond.two.pk in nodes]
    record(
        actions.SUBJECT_VIEWED,
        by=user,
        ref=found.ref,
        subjects=[node.subject.ref for node in nodes.values()],
        part="network",
    )
    context: dict[str, Any] = {
        "subject": found,
        "bonds": shown,
        "nodes": list(nodes.values()),
        "edges": [
            Edge(
                nodes[bond.one.pk],
                nodes[bond.two.pk],
                1.5 + min(bond.weight, 10) * 0.6,
                bool(bond.noted and not bond.reports),
            )
            for bond in shown
        ],
        "width": WIDTH,
        "height": HEIGHT,
    }
    return render(request, "offenders/network.html", context)


def _others(bonds: list[Bond], known: set[int]) -> list[Subject]:
    """Return the people of these bonds who are not known yet, the closest first, each once."""
    found: dict[int, Subject] = {}
    for bond in bonds:
        for subject in (bond.one, bond.two):
            if subject.pk not in known:
                found.setdefault(subject.pk, subject)
    return list(found.values())[:MOST_PEOPLE]


def _nodes(middle: Subject, friends: list[Subject], bonds: list[Bond]) -> dict[int, Node]:
    """Place the subject in the middle, friends around, their friends on the outer ring."""
    known = {middle.pk, *(friend.pk for friend in friends)}
    further = _others(bonds, known)[: max(0, MOST_PEOPLE - len(friends))]
    nodes = {middle.pk: Node(middle, WIDTH / 2, HEIGHT / 2, 0)}
    for ring, people in ((1, friends), (2, further)):
        for place, subject in enumerate(people):
            angle = 2 * math.pi * place / len(people) - math.pi / 2 + ring * 0.35
            nodes[subject.pk] = Node(
                subject,
                round(WIDTH / 2 + 1.35 * RINGS[ring] * math.cos(angle), 1),
                round(HEIGHT / 2 + RINGS[ring] * math.sin(angle), 1),
                ring,
            )
    return nodes
