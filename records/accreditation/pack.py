"""The evidence pack for an assessor: one PDF, the papers it names, and the list as a table."""

import datetime as dt
import io
import zipfile
from typing import Any

from common import dates
from common.exports import csv_bytes
from common.pdf import Sheet, pdf_render
from members.models import User

from .services import Section, gaps, sections

HANDLING = "For the accreditation of the scheme. It holds no data about subjects."
HEAD = ("Section", "Number", "Requirement", "Shown", "Evidence", "In the manager’s words")


def pack_zip(*, by: User, at: dt.datetime) -> bytes:
    """Return the pack as a ZIP. It names no subject: nothing of them is looked up for it."""
    found = sections()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in (
            ("evidence.pdf", pack_pdf(found, by=by, at=at)),
            ("evidence.csv", csv_bytes(HEAD, _rows(found))),
            *_papers(found),
        ):
            entry = zipfile.ZipInfo(name, at.astimezone(dates.LONDON).timetuple()[:6])
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            target.writestr(entry, content)
    return out.getvalue()


def pack_pdf(found: list[Section], *, by: User, at: dt.datetime) -> bytes:
    """Return the list with what shows each requirement, gaps in red, as a PDF."""
    sheet = Sheet(
        title="Evidence for accreditation",
        ref=f"{dates.london_date(at)}",
        printed_for=f"{by.name}, {by.member.name}",
        printed_at=at.replace(microsecond=0),
        handling=HANDLING,
    )
    whole = sum(len(section.rows) for section in found)
    data = {
        "whole": whole,
        "gaps": sum(1 for _ in gaps(found)),
        "sections": [
            {"title": section.title, "rows": [_row(row) for row in section.rows]}
            for section in found
        ],
    }
    return pdf_render("accreditation", data, sheet=sheet)


def _row(row: Any) -> dict[str, Any]:
    return {
        "number": row.requirement.number,
        "words": row.requirement.words,
        "met": row.found.met,
        "by": row.requirement.get_evidence_display(),
        "lines": row.found.lines,
        "papers": [f"{paper.name}.txt" for paper in row.found.papers],
        "note": row.requirement.note,
    }


def _rows(found: list[Section]) -> list[list[str]]:
    return [
        [
            section.title,
            row.requirement.number,
            row.requirement.words,
            "yes" if row.found.met else "gap",
            " ".join(row.found.lines),
            row.requirement.note,
        ]
        for section in found
        for row in section.rows
    ]


def _papers(found: list[Section]) -> list[tuple[str, bytes]]:
    """Return each paper once, as plain text: what the scheme's documents are."""
    papers = {
        paper.name: paper for section in found for row in section.rows for paper in row.found.papers
    }
    return [
        (f"papers/{name}.txt", f"{paper.title}\n\n{paper.text}\n".encode())
        for name, paper in sorted(papers.items())
    ]
