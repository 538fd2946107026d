"""Files as schemes hold them, and ways to send them."""

import datetime as dt
import io
import zipfile

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from common import dates
from imports.models import ImportRun
from imports.running import run_work
from tests import factories


def day(ago: int) -> str:
    """Return a day as people write it."""
    return f"{dates.today() - dt.timedelta(days=ago):%d/%m/%Y}"


def csv_of(text: str) -> bytes:
    """Return lines as a CSV, without what stands before them here."""
    return "\n".join(line.strip() for line in text.strip().splitlines()).encode()


GOOD = csv_of(
    """
    Number,Name,Sector,Area,Status
    1,First Shop,Ind.,Town Centre,Prospect
    2,Second Shop,Pub,Town Centre,Prospect
    """
)
"""Two prospects."""
FILES: dict[str, bytes] = {
    "members": csv_of(
        """Membership Number,Shop name,Membership type,Business type,Zone,Member since,Date left,
           Leaving reason,Address 1,Post code,Manager,Tel,Authority signed,Authority signed by
        """.replace("\n", "").replace("           ", "")
        + """
        M-1,Cobb’s Bakery,Full,Independent,Town centre,14/03/2019,,,12 Lowfield Street,da11dn,Ann Lee,1632960001,2019-03-20,Ann Lee
        M-2,The Old Mill,Affiliate,Pub,temple hill,1 Apr 2020,,,3 Mill Road,DA1 5XX,,,,
        M-3,Old Shop,Full,Retail - large,Town Centre,2015-01-01,2024-06-30,The cost,,,,,,
        """
    ),
    "premises": csv_of(
        """
        Site ID,Member number,Site name,Street,Postcode
        S-1,M-1,"Cobb’s Bakery, Spital Street",4 Spital Street,DA1 2DL
        """
    ),
    "users": csv_of(
        """
        First name,Surname,E-mail address,Member No,Site,User type
        Ann,Lee,Ann@Cobbs.example,M-1,S-1,Store manager
        Bo,Penn,bo@mill.example,The Old Mill,,Staff
        """
    ),
    "subscriptions": csv_of(
        """
        Company,Start date,Expiry date,Annual fee
        M-1,01/04/2026,31/03/2027,£450.00
        """
    ),
    "payments": csv_of(
        """
        Business name,Date paid,Amount paid,Payment method
        Cobb’s Bakery,12 Apr 2026,"£1,234.00",BACS
        """
    ),
    "subjects": csv_of(
        f"""
        Offender ID;Forename;Surname;AKA;D.O.B.;Gender;Last offence;Image;Car registration
        1042;Kevin;Marsh;Kez, K;02/06/1988;M;{day(40)};faces/1042.jpg;gk19 abc
        1043;;;;;F;{day(90)};;
        """.replace("1043;;;;;F", "1043;Ann;Other;;1 Jan 1990;F")
    ),
    "associations": csv_of(
        """
        Link ID,Offender ID,Associate ID,Associate name,Relationship,Evidence
        L-1,1043,1042,Kevin Marsh,Come in together.,PC Lane
        """
    ),
    "incidents": csv_of(
        f"""
        Incident No\tOffence type\tStore\tDate\tTime\tDetails\tProduct\tValue\tOffender IDs
        7\tShoplifting\tCobb’s Bakery\t{day(40)}\t14:05\tThree bottles of gin.\tSpirits\t£64\t1042
        8\tSighting\tS-1\t{day(41)}\t\tSeen.\t\t\t1043
        """
    ),
    "notices": csv_of(
        f"""
        Ban number,Offender ID,Subject name,Grounds,Date served,How served,Issued by,Incident numbers
        B-17,1042,Marsh Kevin,Stole.,{day(30)},By hand,PC Lane,7
        """
    ),
}


def photo_zip(**more: bytes) -> bytes:
    """Return a ZIP with a photo of number 1042, and more files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("export/faces/1042.JPG", factories.image_bytes())
        for name, content in more.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def xlsx_of(rows: list[list[object]]) -> bytes:
    """Return rows as an XLSX file."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def upload_data(kind: str, content: bytes, photos: bytes | None = None) -> dict[str, object]:
    """Return what the form sends."""
    data: dict[str, object] = {"kind": kind, "source": "Old system",
                               "file": SimpleUploadedFile(f"{kind}.csv", content)}  # fmt: skip
    if kind in ("subjects", "associations", "incidents", "notices"):
        data |= {"holder": "The old scheme", "ground": "dpa_sch1_10"}
    if photos:
        data["photos"] = SimpleUploadedFile("photos.zip", photos)
    return data


def send(client: Client, kind: str, content: bytes, photos: bytes | None = None) -> ImportRun:
    """Send a file through its form; return the run."""
    answer = client.post("/import/new/", upload_data(kind, content, photos))
    assert answer.status_code == 302, answer.context["form"].errors
    return ImportRun.objects.latest("pk")


def worked(run: ImportRun) -> ImportRun:
    """Return a run once the worker has done its part."""
    run_work(run_id=run.pk)
    run.refresh_from_db()
    return run


def checked(client: Client, kind: str, content: bytes, photos: bytes | None = None) -> ImportRun:
    """Return a run whose columns were taken as they were guessed, judged."""
    run = send(client, kind, content, photos)
    form = client.get(f"/import/{run.ref}/columns/").context["form"]
    data = {name: form[name].value() for name in form.fields}
    assert client.post(f"/import/{run.ref}/columns/", data).status_code == 302
    return worked(run)


def step(client: Client, run: ImportRun, name: str, **more: str) -> ImportRun:
    """Return a run after a step of its manager, and the worker's part."""
    assert client.post(f"/import/{run.ref}/step/", {"step": name, **more}).status_code == 302
    return worked(run)


def said(run: ImportRun, level: str = "problem") -> list[tuple[int, str, str]]:
    """Return what was said of a run: row, column, words."""
    return list(run.problems.filter(level=level).values_list("row", "column", "words"))
