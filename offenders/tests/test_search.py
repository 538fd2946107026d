"""Search that forgives spelling, and finds by description."""

import datetime as dt
import itertools

import pytest
import time_machine
from django.utils import timezone

from exclusions.top_ten import top_ten_refresh
from offenders.models import ProfileVersion, Subject
from tests import factories
from tests.cast import Cast


@pytest.fixture
def people(cast: Cast) -> dict[str, str]:
    made = {}
    for name, aliases, description in (
        ("Kevin Marsh", ["Kez"], "Tall, neck tattoo, grey hoodie, limps."),
        ("Leanne Foster", [], "Long fair hair, pushchair."),
        ("Paul Tate", ["Spud"], "Male, short, ginger beard, blue cap."),
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


TYPED = [
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
    ("man with a ginger beard", "Paul Tate"),
    ("red beard", "Paul Tate"),
    ("tall", "Kevin Marsh"),
    ("kevinmarsh", "Kevin Marsh"),
    ("K Marsh", "Kevin Marsh"),
    ("marsh k", "Kevin Marsh"),
    ("lean fost", "Leanne Foster"),
    ("limp tattoo moustache", "Kevin Marsh"),
]


@pytest.mark.parametrize(("typed", "found"), TYPED)
def test_the_gallery_finds_the_right_person_first(cast: Cast, people, typed, found) -> None:
    rows = ProfileVersion.objects.visible_to(cast.staff).for_list().best(typed, 1)
    assert [row.subject.ref for row in rows] == [people[found]]


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
    found = Subject.objects.visible_to(cast.intel).best("kez", 1)
    assert [subject.ref for subject in found] == [people["Kevin Marsh"]]
    found = Subject.objects.visible_to(cast.intel).best("kevn", 1)
    assert [subject.ref for subject in found] == [people["Kevin Marsh"]]


@pytest.mark.parametrize(("typed", "found"), TYPED)
def test_the_manager_finds_as_much_as_the_members(client_of, people, typed, found) -> None:
    intel = client_of("intel")
    rows = intel.get("/subjects/", {"q": typed}).context["page"].object_list
    assert [row.ref for row in rows][:1] == [people[found]]
    other = next(ref for name, ref in people.items() if name != found)
    offered = intel.get(f"/subjects/{other}/merge/", {"q": typed}).context["found"]
    assert [row.ref for row, _ in offered][:1] == [people[found]]


def test_an_alias_word_for_word_comes_before_names_like_it(cast: Cast, people) -> None:
    for name in ("Kez Marlow", "Kes Marsh", "Kezia Stone"):
        factories.subject(cast.intel, name=name, photo=False)
    spud = factories.subject(cast.intel, name="Ann Spudd", photo=False)
    found = Subject.objects.visible_to(cast.intel).best("Spud", 24)
    assert [row.ref for row in found] == [people["Paul Tate"], spud.ref]
    both = Subject.objects.visible_to(cast.intel).best("Marsh Kez", 1)
    assert both[0].ref == people["Kevin Marsh"]  # name and alias together


@pytest.mark.parametrize("typed", ["xylophone", "%", "'; drop table", "&|!()", "😀", "-" * 90])
def test_nonsense_finds_the_manager_nobody(client_of, people, typed: str) -> None:
    page = client_of("intel").get("/subjects/", {"q": typed})
    assert page.status_code == 200
    assert page.context["page"].paginator.count == 0


def refs(client, **query) -> list[str]:
    return [face.ref for face in client.get("/gallery/", query).context["faces"]]


def test_the_parts_of_the_gallery(cast: Cast, client_of, people) -> None:
    staff = client_of("staff")
    kevin, leanne = people["Kevin Marsh"], people["Leanne Foster"]
    factories.served_notice(cast.intel, cast.staff, cast.shop, Subject.objects.get(ref=kevin))
    sought = factories.published(cast.intel, status="id_sought", name="", age_low=30)
    top_ten_refresh()
    assert refs(staff, show="excluded") == [kevin]
    assert refs(staff, show="top") == [kevin]
    assert refs(staff, show="area") == [kevin]
    assert refs(client_of("other"), show="area") == []
    assert refs(staff, show="sought") == [sought.subject.ref]
    assert leanne in refs(staff, show="known")
    answer = staff.get("/gallery/", {"q": "kevn"})
    counts = {chip.label: chip.count for chip in answer.context["chips"]}
    assert counts["All"] == counts["Excluded"] == counts["Known"] == 1
    assert counts["ID sought"] == counts["New to me"] == 0
    for part in ("excluded", "top", "area", "known"):
        assert refs(staff, q="kevn", show=part) == [kevin]
    for part in ("sought", "new", "warning"):  # found, and in another part
        assert refs(staff, q="kevn", show=part) == []


def test_new_is_what_came_since_my_last_visit(cast: Cast, client_of, people) -> None:
    staff, other = client_of("staff"), client_of("other")
    assert refs(staff, show="new") == []  # a first visit: all of it would be new
    later = timezone.now() + dt.timedelta(hours=3)
    with time_machine.travel(later, tick=False):
        new = factories.published(cast.intel, name="Brand New")
    with time_machine.travel(later + dt.timedelta(minutes=5), tick=False):
        assert refs(staff, show="new") == [new.subject.ref]
        assert refs(staff, show="new") == [new.subject.ref]  # for all of the visit
        assert refs(other, show="new") == []
        assert refs(staff, q="Brand", show="new") == [new.subject.ref]
        assert refs(other, q="Brand", show="new") == []
    with time_machine.travel(later + dt.timedelta(hours=3), tick=False):
        assert refs(staff, show="new") == []


def test_the_next_faces_come_without_the_page(cast: Cast, client_of) -> None:
    for number in range(26):
        factories.published(cast.intel, name=f"Person {number}", photo=True)
    staff = client_of("staff")
    whole = staff.get("/gallery/").content.decode()
    assert whole.count('class="face"') == 24
    assert 'href="?page=2"' in whole
    headers = {"HX-Request": "true", "HX-Target": "more"}
    more = staff.get("/gallery/?page=2", headers=headers).content.decode()
    assert more.count('class="face"') == 2
    assert "<html" not in more
    assert "26 of 26" in more


@pytest.mark.parametrize("typed", ["{n:04}", "{n}", " {n:04} "])
def test_digits_alone_are_a_reference_first_of_all(cast: Cast, client_of, typed: str) -> None:
    wanted = factories.published(cast.intel, name="Kevin Marsh")
    number = int(wanted.subject.ref[2:])
    words = f"Has {number} and {number:04} tattooed on the hand."
    other = factories.published(
        cast.intel, name="Paul Tate", description=words, draft_description=words
    )
    text = typed.format(n=number)
    seen = ProfileVersion.objects.visible_to(cast.staff)
    found = [version.subject.ref for version in seen.best(text, 24)]
    assert found == [wanted.subject.ref, other.subject.ref]
    page = client_of("intel").get("/subjects/", {"q": text}).content.decode()
    assert wanted.subject.ref in page
    assert not list(ProfileVersion.objects.visible_to(cast.board).search(text))


def test_digits_of_somebody_one_may_not_see_find_nobody(cast: Cast, client_of) -> None:
    hidden = factories.subject(cast.intel, name="Hidden Person")
    found = client_of("staff").get("/gallery/", {"q": hidden.ref[2:]}).content.decode()
    assert hidden.ref not in found
    assert "Nobody found" in found


def test_a_search_by_description_shows_what_fits(people: dict[str, str], client_of) -> None:
    page = client_of("staff").get("/gallery/?q=tattooed+limping").text
    assert "<mark>tattoo</mark>" in page
    assert "<mark>limps</mark>" in page
    assert "<mark>" not in client_of("staff").get("/gallery/?q=Kevin+Marsh").text
    assert "<mark>" not in client_of("staff").get(f"/gallery/?q={people['Kevin Marsh']}").text


def test_marks_of_a_search_hold_no_markup(cast: Cast, client_of) -> None:
    words = "Neck tattoo <script>alert(1)</script> & limp"
    factories.published(cast.intel, description=words, draft_description=words)
    page = client_of("staff").get("/gallery/?q=tattoo+limp").text
    assert "<script>alert" not in page


@pytest.mark.parametrize("query", ["", "q=grey+hoodie&"])
def test_who_comes_back_to_the_gallery_sees_what_they_had_scrolled_to(
    cast: Cast, client_of, query: str
) -> None:
    words = "Slim, grey hoodie."
    for number in range(60):
        factories.published(cast.intel, name=f"Person {number}", draft_description=words)
    staff = client_of("staff")

    def refs(more: str) -> list[str]:
        return [face.ref for face in staff.get(f"/gallery/?{query}{more}").context["faces"]]

    pages = [refs(f"page={number}") for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [24, 24, 12]
    assert refs("upto=2") == pages[0] + pages[1]
    assert refs("upto=3") == refs("upto=99") == [*pages[0], *pages[1], *pages[2]]
    assert refs("upto=0") == refs("upto=x") == pages[0]
    more = staff.get(f"/gallery/?{query}upto=2").text
    assert "page=3" in more
    assert "Previous page" not in more


def test_a_filter_by_what_was_searched_holds_just_those_found(cast: Cast, people) -> None:
    seen = ProfileVersion.objects.visible_to(cast.staff)
    for typed in (*(typed for typed, _ in TYPED), "D-0002", "2", "grey", "nobody at all"):
        found = seen.found(typed)
        assert len(found) == len(set(found))
        assert set(found) == set(seen.search(typed).values_list("pk", flat=True)), typed


def test_a_half_of_many_words_is_enough_whichever_they_are(cast: Cast) -> None:
    words = "tall neck tattoo grey hoodie limp"
    seen = ProfileVersion.objects.visible_to(cast.staff)
    for number, half in enumerate(itertools.combinations(words.split(), 3)):
        told = " ".join(half)
        made = factories.published(
            cast.intel, name=f"Zz{number} Qq", description=told, draft_description=told
        )
        assert made.pk in seen.found(words), half
