"""The Board's page is about nobody: looked for by every name and reference there is."""

from typing import Any

from board.tallies import tallies_refresh
from members.models import Member
from offenders.models import Alias, Subject
from tests.pdfs import text_of

PATHS = (
    "/board/",
    "/board/?area=town-centre&period=year",
    "/board/?sector=licensed",
    "/board/figures.csv",
    "/board/figures.csv?sector=licensed&period=month",
    "/board/targets/",
    "/board/reports/",
)


def test_nobody_is_named_anywhere(world: dict[str, Any], client_of) -> None:
    """No name, reference, face, nor a way to one: on the page, its parts and its files."""
    tallies_refresh()
    secrets = {name for row in Subject.objects.all() for name in (row.ref, row.name) if name}
    secrets |= set(Alias.objects.values_list("name", flat=True))
    secrets |= {
        str(value)
        for key, value in world.items()
        if "member" not in key
        and not str(value).isdigit()
        and not key.startswith("board_")
        and key != "night"  # a day, which any page may show
    }
    secrets |= {
        "/photos/",
        "/gallery",
        "/subjects",
        '"/reports/',
        "INC-",
        "EXC-",
        "Marsh",
        "Hidden",
    }
    for role in ("board", "intel"):
        client = client_of(role)
        for path in PATHS:
            page = client.get(path).content.decode()
            page = page.split("<main")[-1] if "<main" in page else page
            assert not [secret for secret in secrets if secret in page], path


def test_no_member_business_is_singled_out(world: dict[str, Any], client_of) -> None:
    tallies_refresh()
    names = set(Member.objects.exclude(kind="scheme").values_list("name", flat=True))
    for path in PATHS:
        page = client_of("board").get(path).content.decode()
        assert not [name for name in names if name in page], path


def test_no_page_or_paper_names_anybody(world: dict[str, Any], client_of) -> None:
    secrets = {name for row in Subject.objects.all() for name in (row.ref, row.name) if name}
    secrets |= set(Alias.objects.values_list("name", flat=True)) | {"INC-", "EXC-", "/photos/"}
    for role in ("board", "intel"):
        for key in ("board_report", "board_waiting"):
            ref = world[key]
            page = client_of(role).get(f"/board/reports/{ref}/").content.decode()
            pdf = text_of(client_of(role).get(f"/board/reports/{ref}.pdf").content)
            table = client_of(role).get(f"/board/reports/{ref}.csv").content.decode()
            for said in (page.split("<main")[-1], pdf, table):
                assert not [secret for secret in secrets if secret in said], ref
