"""What was published and merged before is seen on the record that stays, and after an undo."""

from exclusions.merging import merge_undo, subjects_merge
from offenders.models import Subject, SubjectMerge
from tests import factories
from tests.cast import Cast


def merge(cast: Cast, kept: Subject, gone: Subject) -> SubjectMerge:
    for each in (kept, gone):
        each.refresh_from_db()
    return subjects_merge(
        by=cast.intel,
        kept=kept,
        gone=gone,
        revisions=(kept.revision, gone.revision),
        fields={},
        reason="Same tattoo.",
    )


def page(client, subject: Subject) -> str:
    return " ".join(client.get(f"/subjects/{subject.ref}/").content.decode().split())


def test_the_record_that_stays_tells_what_was_published_of_all(cast: Cast, client_of) -> None:
    names = ("Kevin Marsh", "Kevyn March", "Kev Mars")
    one, two, three = (factories.published(cast.intel, name=name).subject for name in names)
    merge(cast, two, three)
    intel = client_of("intel")
    merge(cast, one, two)
    shown = page(intel, one)
    assert "Version 1 published" in shown
    for old in (two, three):
        assert f"{old.ref} version 1 published" in shown
        assert f"{old.ref} version 1 withdrawn" in shown
    assert f"{two.ref} became part of this" in shown
    assert f"{three.ref} became part of {two.ref}" in shown
    assert shown.count("Take it back") == 1  # only its own: the other is taken back there


def test_a_record_that_was_taken_out_again_says_so(cast: Cast, client_of) -> None:
    kept, gone = (factories.subject(cast.intel, name=name) for name in ("Kim", "Kimm"))
    merge_undo(by=cast.intel, merge=merge(cast, kept, gone))
    shown = page(client_of("intel"), gone)
    assert f"This became part of {kept.ref}" in shown
    assert f"This was taken out of {kept.ref} again" in shown
    assert "Take it back" not in shown
