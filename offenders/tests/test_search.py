"""Search that forgives spelling, and finds by description."""

import pytest

from offenders.models import ProfileVersion, Subject
from tests import factories
from tests.cast import Cast


@pytest.fixture
def people(cast: Cast) -> dict[str, str]:
    made = {}
    for name, aliases, description in (
        ("Kevin Marsh", ["Kez"], "Tall, neck tattoo, grey hoodie, limps."),
        ("Leanne Foster", [], "Long fair hair, pushchair."),
        ("Paul Tate", ["Spud"], "Short, ginger beard, blue cap."),
        ("Marta Zieliński", [], "Glasses, red coat."),
        ("Siobhán O'Rourke", [], "Curly hair, carries a large bag."),
    ):
        version = factories.published(
            cast.intel,
            name=name,
            aliases=aliases,
            description=description,
            draft_description=description,
        )
        made[name] = version.subject.ref
    return made


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Kevin Marsh", "Kevin Marsh"),
        ("kevn marsh", "Kevin Marsh"),
        ("Marsh Kevin", "Kevin Marsh"),
        ("kevin mrash", "Kevin Marsh"),
        ("Kez", "Kevin Marsh"),
        ("Lianne Forster", "Leanne Foster"),
        ("zielinsky", "Marta Zieliński"),
        ("zielinski", "Marta Zieliński"),
        ("shobhan orourke", "Siobhán O'Rourke"),
        ("spud", "Paul Tate"),
        ("neck tattoo grey hoodie", "Kevin Marsh"),
        ("limping tattooed", "Kevin Marsh"),
        ("ginger beard", "Paul Tate"),
    ],
)
def test_the_gallery_finds_the_right_person_first(cast: Cast, people, typed, found) -> None:
    rows = ProfileVersion.objects.visible_to(cast.staff).for_list().search(typed)
    assert [row.subject.ref for row in rows][:1] == [people[found]]


@pytest.mark.parametrize("typed", ["D-0002", "d2", "d 0002"])
def test_a_reference_finds_just_that(cast: Cast, people, typed: str) -> None:
    rows = ProfileVersion.objects.visible_to(cast.staff).search(typed)
    assert [row.subject.ref for row in rows] == ["D-0002"]


@pytest.mark.parametrize(
    "typed", ["xylophone", "%", "'; drop table", "a\\b", "&|!()", "😀", "-" * 90]
)
def test_nonsense_finds_nobody_and_breaks_nothing(client_of, people, typed: str) -> None:
    page = client_of("staff").get("/gallery/", {"q": typed})
    assert page.status_code == 200
    assert page.context["page"].paginator.count == 0


def test_a_nul_byte_is_no_500(client_of) -> None:
    assert client_of("staff").get("/gallery/?q=%00kev&page=%00").status_code == 200
    assert client_of("staff").get("/gallery/D-%00/").status_code == 404


def test_the_manager_finds_records_by_alias_and_slip(cast: Cast, people) -> None:
    found = Subject.objects.visible_to(cast.intel).search("kez")
    assert [subject.ref for subject in found][:1] == [people["Kevin Marsh"]]
    found = Subject.objects.visible_to(cast.intel).search("kevn")
    assert [subject.ref for subject in found][:1] == [people["Kevin Marsh"]]
