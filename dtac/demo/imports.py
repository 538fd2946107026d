"""The demo's imports: one that was written, and one whose file has faults."""

from django.core.files.base import ContentFile

from imports.models import ImportRun
from imports.running import run_work
from imports.services import Upload, mapping_of, run_map, run_upload, run_write
from members.models import User

SOURCE = "Spreadsheet of the town centre partnership"
HEAD = "No,Shop name,Business type,Zone,Status,Member since,Address 1,Post code,Tel\n"
GOOD = (
    "P-1,Hythe Street Framing,Ind.,Town Centre,Lead,,,,\n"
    "P-2,Crossways Deli,Ind.,Crossways,Lead,,,,\n"
)
BAD = (
    "P-1,Hythe Street Framing,Ind.,Town Centre,Lead,,,,\n"
    "P-3,The Old Foundry,Pub,Town Centre,Current,31/02/2024,2 Hythe Street,DA1 1,01632960120\n"
    "P-4,Gable Books,Books,Priory,Lead,,,,12\n"
    "P-4,Marlowe Chemist,Chain,The Orchards,Current,01/03/2004,The Orchards,DA1 1DN,\n"
)


def load_imports(*, users: dict[str, User]) -> None:
    """Import a file of two prospects, and check another one with faults in it."""
    by = users["intel@dtac.example"]
    run = _checked(by, "prospects.csv", GOOD)
    run_work(run_id=run_write(by=by, run=run).pk)
    _checked(by, "shops-2026.csv", BAD)


def _checked(by: User, name: str, rows: str) -> ImportRun:
    file = ContentFile((HEAD + rows).encode(), name=name)
    run = run_upload(by=by, data=Upload(kind="members", source=SOURCE, file=file))
    run_work(run_id=run_map(by=by, run=run, mapping=mapping_of(run)).pk)
    run.refresh_from_db()
    return run
