"""Case files: filled, changed by one at a time, whose names they withhold, closed."""

import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from exclusions.evidence.names import names_left_in
from exclusions.models import CaseFile, CaseIncident, CaseStatement
from exclusions.services import (
    StatementInput,
    case_change,
    case_close,
    case_incident_change,
    case_open,
    case_pick,
    pack_order,
    statement_change,
    statement_remove,
)
from incidents.services import PersonInput, involvement_link, report_accept
from offenders.models import Subject
from offenders.services.subjects import subject_unmake
from tests import factories
from tests.cast import Cast, make_cast
from tests.races import at_once


@pytest.fixture
def subject(cast: Cast) -> Subject:
    return factories.subject(cast.intel, name="Kevin Marsh", aliases=["Kez"])


def incident(cast: Cast, subject: Subject, words: str = "He took razors."):
    return factories.accepted_incident(cast.intel, cast.staff, cast.shop, subject, words=words)


def statement(case: CaseFile, cast: Cast, **fields: object) -> CaseStatement:
    return factories.case_statement(cast, case, **fields)


def test_it_holds_the_accepted_incidents_of_its_person_only(cast: Cast, subject) -> None:
    mine = incident(cast, subject)
    other = incident(cast, factories.subject(cast.intel, name="Ann Ash"))
    waiting = factories.report(cast.staff, cast.shop, type=factories.incident_type())
    case = factories.case_file(cast.intel, subject, mine)
    for wrong in (other, waiting):
        with pytest.raises(ValidationError, match="of this person only: INC-"):
            case_pick(by=cast.intel, case=case, revision=case.revision, reports=[mine, wrong])
    assert [each.account for each in case.incidents.all()] == ["He took razors."]


def test_what_was_written_stays_when_the_choice_is_changed(cast: Cast, subject) -> None:
    one, two = incident(cast, subject), incident(cast, subject, "Again.")
    case = factories.case_file(cast.intel, subject, one)
    held = case.incidents.get()
    case_incident_change(
        by=cast.intel,
        incident=held,
        revision=case.revision,
        account="The subject took razors.",
        with_files=False,
    )
    case.refresh_from_db()
    case_pick(by=cast.intel, case=case, revision=case.revision, reports=[one, two])
    told = {each.report_id: (each.account, each.with_files) for each in case.incidents.all()}
    assert told == {one.pk: ("The subject took razors.", False), two.pk: ("Again.", True)}


def test_an_incident_with_a_statement_is_not_taken_out_unseen(cast: Cast, subject) -> None:
    one, two = incident(cast, subject), incident(cast, subject)
    case = factories.case_file(cast.intel, subject, one, two)
    made = statement(case, cast, incident=case.incidents.get(report=one))
    case.refresh_from_db()
    with pytest.raises(ValidationError, match=f"statements of {one.ref} away first"):
        case_pick(by=cast.intel, case=case, revision=case.revision, reports=[two])
    statement_remove(by=cast.intel, statement=made)
    case.refresh_from_db()
    case_pick(by=cast.intel, case=case, revision=case.revision, reports=[two])
    assert case.incidents.get().report == two


def test_two_who_change_it_at_once_do_not_overwrite_each_other(cast: Cast, subject) -> None:
    case = factories.case_file(cast.intel, subject)
    case_change(by=cast.intel, case=case, revision=1, kind="cbo", words="One.")
    with pytest.raises(ValidationError, match="changed this"):
        case_change(by=cast.intel, case=case, revision=1, kind="iom", words="Two.")
    case.refresh_from_db()
    assert (case.kind, case.words) == ("cbo", "One.")


def test_the_same_form_twice_opens_one(transactional_db: None) -> None:
    cast = make_cast()
    subject = factories.subject(cast.intel)
    key = uuid.uuid4()

    refs: list[str] = []

    def opened() -> None:
        made = case_open(by=cast.intel, subject=subject, client_id=key, kind="cbo", words="x")
        refs.append(made.ref)

    at_once(*[opened] * 4)
    assert (len(refs), len(set(refs))) == (4, 1)
    assert CaseFile.objects.count() == 1


def test_a_withheld_name_in_the_words_is_found(cast: Cast, subject) -> None:
    who = cast.staff.name
    case = factories.case_file(
        cast.intel, subject, incident(cast, subject, f"Then {who.upper()} told him to leave.")
    )
    found = [(left.name, left.place) for left in names_left_in(case)]
    assert found == [(who, case.incidents.get().report.ref)]
    order = {"by": cast.intel, "case": case, "revision": case.revision}
    with pytest.raises(ValidationError, match=f"{who} in INC-"):
        pack_order(**order, client_id=uuid.uuid4())
    assert pack_order(**order, client_id=uuid.uuid4(), names_checked=True).is_open


@pytest.mark.parametrize(
    ("witness", "words", "found"),
    [
        ("Ann Ash", "Ann Ash saw it.", True),
        ("Anne Boleyn", "Ms Boleyn saw it.", True),
        ("Anne Boleyn", "Boleyns Road", False),
        ("Jo Lee", "Jo told me.", False),  # too short to look for by itself
        ("Jo Lee", "Ms Lee told me.", True),
        ("Harry Lunn", "Harry told me.", True),
        ("Sinéad O’Brien", "Sinead O'Brien said so.", True),
        ("Ann Smith-Jones", "Mrs Smith Jones came.", True),
        ("Ann Webb", "Webb, Ann", True),
        ("Dr Ann Webb (manager)", "The manager saw it. Dr Who too.", False),
        ("علي", "قال علي ذلك", True),
        ("Zoe\u0301 Price", "zoé", True),
        ("Dee Marsh", "Marsh came in.", False),  # the subject's own name
        ("Dee Marsh", "Dee  Marsh came in.", True),
        ("Zoë Ó Briain", "zoë ó briain", True),
    ],
)
def test_which_words_are_taken_for_a_name(cast: Cast, subject, witness, words, found) -> None:
    case = factories.case_file(cast.intel, subject, incident(cast, subject, ""))
    statement(case, cast, witness_name=witness, words=words)
    assert bool(names_left_in(case)) is found
    shown = case.statements.get()
    data = StatementInput(
        member=shown.member,
        witness_name=witness,
        words=words,
        incident=shown.incident,
        name_shown=True,
    )
    case.refresh_from_db()
    statement_change(by=cast.intel, statement=shown, revision=case.revision, data=data)
    assert names_left_in(case) == []


def test_closed_it_stands_still(cast: Cast, subject) -> None:
    case = factories.case_file(cast.intel, subject, incident(cast, subject))
    made = statement(case, cast)
    case.refresh_from_db()
    with pytest.raises(ValidationError, match="what came of it"):
        case_close(by=cast.intel, case=case, reason=" ")
    case_close(by=cast.intel, case=case, reason="Injunction granted on 3 May.")
    tries = (
        lambda: case_change(
            by=cast.intel, case=case, revision=case.revision, kind="cbo", words="x"
        ),
        lambda: case_pick(by=cast.intel, case=case, revision=case.revision, reports=[]),
        lambda: statement(case, cast),
        lambda: statement_remove(by=cast.intel, statement=made),
        lambda: case_close(by=cast.intel, case=case, reason="Again."),
        lambda: pack_order(
            by=cast.intel, case=case, revision=case.revision, client_id=uuid.uuid4()
        ),
    )
    for change in tries:
        with pytest.raises(ValidationError, match="closed"):
            change()


IMPOSSIBLE = [
    (CaseFile, {"closed_at": timezone.now()}, "case_closed_whole"),
    (CaseStatement, {"kind": "impact"}, "case_statement_of_what"),
    (CaseStatement, {"incident": None}, "case_statement_of_what"),
]


@pytest.mark.parametrize(("model", "change", "name"), IMPOSSIBLE)
def test_the_database_refuses_what_no_service_does(
    cast: Cast, subject, model, change, name
) -> None:
    case = factories.case_file(cast.intel, subject, incident(cast, subject))
    statement(case, cast)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        model.objects.update(**change)


def test_two_tabs_on_a_statement_do_not_show_a_name_again(cast: Cast, client_of, subject) -> None:
    case = factories.case_file(cast.intel, subject, incident(cast, subject))
    made = statement(case, cast, name_shown=True)
    path = f"/cases/{case.ref}/statements/{made.pk}/"
    intel = client_of("intel")
    form = intel.get(path).context["form"]
    data = {name: str(form[name].value() or "") for name in form.fields}
    assert intel.post(path, data | {"name_shown": "no"}).status_code == 302
    stale = intel.post(path, data | {"words": "I saw him go."})
    assert (stale.status_code, "changed this" in stale.text) == (422, True)
    made.refresh_from_db()
    assert made.name_shown is False


def test_a_draft_names_nobody_else_and_nobody_else_signs_it(cast: Cast, client_of, subject) -> None:
    other = factories.published(cast.intel, name="Ann Ash").subject
    factories.published(cast.intel, name="Bo Elm")
    people = [PersonInput(subject=other), PersonInput(named_as="somebody")]
    sent = factories.report(cast.staff, cast.shop, type=factories.incident_type(), people=people)
    person = sent.people.get(subject=None)
    linked = involvement_link(
        by=cast.intel, report=sent, revision=1, involvement=person, subject=subject
    )
    report = report_accept(by=cast.intel, report=linked, revision=linked.revision)
    case = factories.case_file(cast.intel, subject, report)
    mine = factories.case_file(cast.intel, other, report)
    intel = client_of("intel")

    def draft(ref: str) -> Any:
        return intel.get(f"/cases/{ref}/statements/new/?of={report.ref}").context["form"]

    assert "Ash" not in draft(case.ref)["words"].value()
    form = draft(mine.ref)
    assert "recognised them as the person shown to me in D-TAC as Ann Ash" in form["words"].value()
    data = {name: str(form[name].value() or "") for name in form.fields}
    wrong = intel.post(
        f"/cases/{mine.ref}/statements/new/?of={report.ref}", data | {"witness_name": "Una Else"}
    )
    assert (wrong.status_code, "who recognised them in D-TAC" in wrong.text) == (422, True)


def test_a_record_with_a_case_file_is_not_unmade(cast: Cast, subject) -> None:
    empty = factories.subject(cast.intel, name="Bo Elm", photo=False)
    factories.case_file(cast.intel, empty)
    with pytest.raises(ValidationError, match="worked on since"):
        subject_unmake(subject=empty)


def test_from_the_record_to_a_pack_through_the_pages(cast: Cast, client_of, subject) -> None:
    reports = [incident(cast, subject) for _ in range(3)]
    intel = client_of("intel")
    form = intel.get(f"/subjects/{subject.ref}/case/").context["form"]
    assert "Begin a case file" in intel.get(f"/subjects/{subject.ref}/").text
    data = {
        "client_id": str(form["client_id"].value()),
        "revision": "1",
        "kind": "cbo",
        "words": "Persistent theft from chemists.",
    }
    empty = intel.post(f"/subjects/{subject.ref}/case/", data | {"words": " "})
    assert (empty.status_code, "Write what is asked for" in empty.text) == (422, True)
    started = intel.post(f"/subjects/{subject.ref}/case/", data)
    case = CaseFile.objects.get()
    assert started.url == f"/cases/{case.ref}/incidents/"
    chosen = {"revision": "1", "incidents": [report.pk for report in reports[:2]]}
    assert intel.post(started.url, chosen).status_code == 302
    assert CaseIncident.objects.count() == 2
    of = f"/cases/{case.ref}/statements/new/?of={reports[0].ref}"
    form = intel.get(of).context["form"]
    assert form["witness_name"].value() == cast.staff.name
    assert "I am the person named above." in form["words"].value()
    told = {
        "client_id": str(form["client_id"].value()),
        "member": cast.shop.member_id,
        "witness_name": cast.staff.name,
        "name_shown": "no",
        "words": "I saw him take razors.",
        "revision": str(form["revision"].value()),
    }
    for _ in range(2):  # a double click
        assert intel.post(of, told).status_code == 302
    assert CaseStatement.objects.count() == 1
    other = intel.get(f"/cases/{case.ref}/statements/new/?of={reports[2].ref}")
    assert other.status_code == 404  # not in this case file
    page = intel.get(f"/cases/{case.ref}/")
    assert "name withheld" in page.text
    order = {
        "client_id": str(uuid.uuid4()),
        "revision": str(page.context["case"].revision),
    }
    answer = intel.post(f"/cases/{case.ref}/pack/", order)
    assert answer.status_code == 302
    assert "Waiting for its turn" in intel.get(answer.url).text
    again = intel.post(f"/cases/{case.ref}/pack/", order | {"client_id": str(uuid.uuid4())})
    assert (again.status_code, "being made already" in again.text) == (422, True)
    assert case.ref in intel.get("/cases/").text
    assert case.ref in intel.get("/cases/?q=kevn+marsh").text
    assert case.ref not in intel.get("/cases/?q=somebody").text
    assert case.ref not in intel.get("/cases/?show=closed").text
