"""Corrections and intelligence that no browser sends: whole or nothing, and never a 500."""

import uuid
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from common.refs import parse_subject_ref
from incidents.models import IntelligenceReport
from incidents.services import ItemInput, PersonInput
from incidents.services.change import snapshot
from tests import factories, hostile
from tests.hostile import Sent
from tests.malformed import (
    FEW,
    NAMES,
    READERS,
    SEVERAL,
    World,
    edit_base,
    expected,
    post,
    text,
    undone,
)


def test_a_correction_is_whole_or_nothing(hostile_world: World) -> None:
    world = hostile_world
    cast = world.cast
    unknown = [PersonInput(description="grey hoodie"), PersonInput(named_as="Big Dave")]
    goods = [ItemInput(category="meat", value_stolen=Decimal(5))]
    mine, other = (
        factories.report(
            cast.staff, cast.shop, type=factories.incident_type(), people=unknown, items=goods,
            files=[factories.upload(content=hostile.files()[0][1])],
        )
        for _ in range(2)
    )  # fmt: skip
    base = edit_base(mine)
    pks = [str(person.pk).encode() for report in (mine, other) for person in report.people.all()]
    value = hostile.values(*world.refs, *pks)
    names = [name for name in NAMES if not name.startswith(("people-2", "items-2"))]
    one = st.tuples(
        st.sampled_from(("staff", "staff", "staff", "store", "intel", "other")),
        hostile.mangled(base, names, value, most=3),
        st.lists(hostile.file_parts(), max_size=1),
    )

    def correct(role: str, sent: Sent) -> None:
        sent.parts = [
            (name, str(mine.revision).encode() if (name, part) == (b"revision", b"1") else part)
            for name, part in sent.parts
        ]
        told, elsewhere, before = snapshot(mine), snapshot(other), World(**vars(world))
        answer = post(world, role, f"/reports/{mine.ref}/edit/", sent)
        world.tried += 1
        assert answer.status_code in (200, 302, 400, 403, 404, 422), answer.status_code
        world.look()
        mine.refresh_from_db()
        assert snapshot(other) == elsewhere
        if answer.status_code != 302:
            assert (snapshot(mine), world.counts, world.kept) == (told, before.counts, before.kept)
            return
        assert role in ("staff", "store")
        world.taken += 1
        people, lines, files = expected(sent, mine)
        assert mine.people.count() == people
        assert mine.items.count() == lines
        assert mine.edits.count() == mine.revision - 1
        assert mine.attachments.count() == len(world.kept) - len(kept_before) + 1
        assert len(world.kept - before.kept) == files

    @settings(SEVERAL, max_examples=6)
    @given(st.lists(one, min_size=20, max_size=20))
    def run(batch: list[Any]) -> None:
        def work() -> None:
            for role, sent, files in batch:
                sent.files = files
                correct(role, sent)

        undone(world, work)
        mine.refresh_from_db()

    world.look()
    kept_before = world.kept
    run()
    assert world.tried >= 120
    assert world.taken >= 6


def test_intelligence_is_whole_or_nothing(hostile_world: World) -> None:
    world = hostile_world
    area = str(world.cast.shop.area_id).encode()
    names = ("client_id", "text", "source_words", "subjects", "area", "revision", "status", "")
    refs = (*world.refs, b", ".join(world.refs[:2]), b"D-0001 " * 20, b"d1;d2", b"D-0001,D-0001")

    @st.composite
    def given_words(draw: st.DrawFn) -> tuple[str, Sent]:
        base = {
            "client_id": str(uuid.UUID(int=draw(st.integers(1, 2**128 - 1)))).encode(),
            "text": b"They meet on Fridays.",
            "subjects": b"D-0001",
            "area": area,
        }
        value = hostile.values(*refs, *hostile.spellings(base["client_id"].decode()))
        return draw(hostile.one_from(FEW)), draw(hostile.mangled(base, names, value, most=3))

    @settings(SEVERAL, max_examples=6)
    @given(st.lists(given_words(), min_size=20, max_size=20))
    def run(batch: list[Any]) -> None:
        def work() -> None:
            for role, sent in batch:
                give(role, sent)

        undone(world, work)

    def give(role: str, sent: Sent) -> None:
        before = world.counts
        answer = post(world, role, "/intelligence/new/", sent)
        world.tried += 1
        assert answer.status_code in (302, 400, 403, 404, 422), answer.status_code
        assert role in READERS or answer.status_code in (400, 404)
        world.look()
        if answer.status_code != 302:
            assert world.counts == before
            return
        world.taken += 1
        row = IntelligenceReport.objects.get(ref=answer.url.split("/")[-2])
        assert row.submitted_by_id == world.cast.users[role].pk
        if world.counts == before:  # the same once more
            return
        assert world.counts == (*before[:-1], before[-1] + 1)
        assert row.text == text(sent.last("text"))
        named = set(text(sent.last("subjects")).upper().replace(",", " ").split())
        assert row.subjects.count() == len({parse_subject_ref(ref) for ref in named})

    run()
    assert world.tried >= 120
    assert world.taken >= 6
