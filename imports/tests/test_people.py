"""Warnings and associates of people: on their working records, with their source."""

import pytest

from audit.models import Event
from common import dates
from imports.models import ImportRun
from imports.tests.files import FILES, checked, day, said, step
from offenders.models import Association, Subject, SubjectWarning
from tests import factories
from tests.cast import Cast

HEAD = "Id,Name,Last incident,Warning markers,Warning reason,Warning review date\n"
WHY = "Punched a guard"


def row(warnings: str, reason: str = WHY, review: str = "") -> bytes:
    return f"{HEAD}1,Ann Lee,{day(9)},{warnings},{reason},{review}\n".encode()


def test_warnings_come_with_source_and_a_day_to_look_again(cast: Cast, client_of) -> None:
    client = client_of("intel")
    run = step(
        client, checked(client, "subjects", row("Violent; carries needles;violence")), "write"
    )
    assert run.state == "done", said(run)
    held = SubjectWarning.objects.filter(subject__name="Ann Lee", ended_at=None)
    assert set(held.values_list("marker", flat=True)) == {"violence", "needles"}
    for warning in held:
        assert warning.reason == f"{WHY} (Old system, {run.ref})"
        assert warning.review_on == dates.add_months(dates.today(), 3)
        assert warning.added_by == cast.intel
    assert client_of("staff").get("/gallery/?q=Ann+Lee").text.count("Ann Lee</") == 0
    held.filter(marker="violence").update(reason="Changed")
    refused = step(client, run, "undo", reason="x")
    assert [words for words in refused.in_the_way if "was changed since" in words]
    SubjectWarning.objects.filter(marker="violence").update(reason=f"{WHY} (Old system, {run.ref})")
    assert step(client, run, "undo", reason="x").state == "undone"
    assert not SubjectWarning.objects.exists()


@pytest.mark.parametrize(("ahead", "months"), [(400, 3), (30, 0)])
def test_a_warning_is_looked_at_with_its_record_or_before(
    cast: Cast, client_of, ahead: int, months: int
) -> None:
    client = client_of("intel")
    step(client, checked(client, "subjects", row("Dog", review=day(-ahead))), "write")
    last = dates.add_months(dates.today(), months) if months else None
    wanted = f"{last:%d/%m/%Y}" if last else day(-ahead)
    assert f"{SubjectWarning.objects.get().review_on:%d/%m/%Y}" == wanted


def test_a_warning_that_lacks_something_is_refused(cast: Cast, client_of) -> None:
    client = client_of("intel")
    cases = {
        row("Violence", reason=""): ("Warning reason", "A warning needs its reason"),
        row("Violence", review=day(1)): ("Warning review date", "was not looked at in time"),
        row("Alcoholic"): ("Warning markers", "is none of: Violence, Weapon"),
    }
    for content, (column, words) in cases.items():
        found = said(checked(client, "subjects", content))
        assert [(2, column)] == [(number, name) for number, name, _ in found]
        assert words in found[0][2]
    left = checked(client, "subjects", row(""))
    assert any("There is no warning in this row" in words for _, _, words in said(left, "note"))
    none = step(client, checked(client, "subjects", row("None")), "write")
    assert (none.state, SubjectWarning.objects.count()) == ("done", 0)


def associates(client, text: str) -> ImportRun:
    head = "Who,Name,With whom,Name of the other,How they belong together\n"
    return checked(client, "associations", (head + text).encode())


def test_associates_once_whoever_comes_first(cast: Cast, client_of) -> None:
    client = client_of("intel")
    step(client, checked(client, "subjects", FILES["subjects"]), "write")
    run = step(client, checked(client, "associations", FILES["associations"]), "write")
    row_ = Association.objects.get()
    assert row_.source == f"PC Lane; Old system, {run.ref}"
    kevin, ann = Subject.objects.get(name="Kevin Marsh"), Subject.objects.get(name="Ann Other")
    assert (row_.first, row_.second) == tuple(sorted((kevin, ann), key=lambda each: each.pk))
    told = Event.objects.get(action="imports.association.taken_over")
    assert set(told.subjects) == {kevin.ref, ann.ref}
    again = associates(client, "1042,,1043,,Friends\n")
    assert (again.make_count, again.counts["matched"]) == (0, 1)
    assert step(client, run, "undo", reason="x").state == "undone"
    assert Event.objects.filter(action="imports.association.removed").count() == 1
    both = associates(client, "1042,,1043,,Friends\n1043,,1042,,Friends\n")
    assert "the same as row 2" in said(both)[0][2]


def test_associates_are_who_they_are(cast: Cast, client_of) -> None:
    client = client_of("intel")
    kevin = factories.subject(cast.intel, name="Kevin Marsh", photo=False)
    ann = factories.subject(cast.intel, name="Ann Other", photo=False)
    cases = {
        f"{kevin.ref},,{ann.ref},Ann Other,x": "is a reference of ours",
        f"{kevin.ref},Kevin Marsh,{ann.ref},Bo Penn,x": f"is not the name on {ann.ref}",
        f"{kevin.ref},Kevin Marsh,9,,x": "is nobody here",
        f"{kevin.ref},Kevin Marsh,{kevin.ref},Kevin Marsh,x": "is the same person",
        f"{kevin.ref},Kevin Marsh,{ann.ref},Ann Other,": "This is empty and is needed",
    }
    for text, words in cases.items():
        found = said(associates(client, text))
        assert len(found) == 1, (text, found)
        assert words in found[0][2]
    run = associates(client, f"{kevin.ref},Marsh Kevin,{ann.ref},Ann Other,Friends")
    Subject.objects.filter(pk=ann.pk).update(merged_into=kevin)
    client.post(f"/import/{run.ref}/step/", {"step": "write"})
    run.refresh_from_db()
    from imports.running import run_work

    run_work(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, Association.objects.count()) == ("checked", 0)
    assert "is nobody here" in said(run)[0][2]
