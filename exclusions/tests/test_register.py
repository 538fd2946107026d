"""The register: what was in force on a past day, narrowed, counted, and as files."""

import csv
import datetime as dt
import io

import time_machine
from odfdo import Document

from audit.models import Event
from common import dates
from exclusions.register import HEAD
from exclusions.services import notice_revoke
from tests import factories
from tests.cast import Cast

DAY = dt.timedelta(days=1)


def test_what_was_in_force_on_a_past_day(cast: Cast, client_of) -> None:
    held, over, revoked = (
        factories.served_notice(
            cast.intel,
            cast.staff,
            cast.shop,
            factories.subject(cast.intel, name=name),
            ago=dt.timedelta(days=days),
        )
        for name, days in (("Ann Ash", 100), ("Bo Elm", 500), ("Cy Oak", 200))
    )
    # Noon, for an hour before midnight in winter is the next day already fifty days earlier.
    with time_machine.travel(dates.london_midnight(dates.today() - 50 * DAY) + DAY / 2):
        notice_revoke(by=cast.intel, notice=revoked, reason="=HYPERLINK(1)")
    intel = client_of("intel")

    def shown(query: str) -> set[str]:
        page = intel.get(f"/exclusions/register/?{query}").context
        return {notice.ref for notice, _ in page["rows"]}

    def on(days: int) -> str:
        return f"show=in_force&on={(dates.today() - days * DAY).isoformat()}"

    assert shown("") == {held.ref}
    assert shown(on(60)) == {held.ref, revoked.ref}
    assert shown(on(50)) == {held.ref}
    assert shown(on(150)) == {over.ref, revoked.ref}
    assert shown(on(600)) == set()
    served = f"since={(dates.today() - 210 * DAY).isoformat()}&until={dates.today().isoformat()}"
    assert shown(f"show=served&{served}") == {held.ref, revoked.ref}
    assert shown("show=all") == {held.ref, over.ref, revoked.ref}
    assert shown("show=all&q=elm") <= {over.ref}
    assert shown(f"show=all&q={over.ref}") == {over.ref}
    figures = intel.get(f"/exclusions/register/?{on(60)}&{served}").context["figures"]
    assert figures == {"in_force": 2, "served": 2}

    table = intel.get("/exclusions/register.csv?show=all")
    assert table["Content-Disposition"].startswith('attachment; filename="exclusions-')
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"), newline="")))
    assert {row["Notice"] for row in rows} == {held.ref, over.ref, revoked.ref}
    line = next(row for row in rows if row["Notice"] == revoked.ref)
    assert line["Name on the notice"] == "Cy Oak"
    assert line["Why revoked"] == "'=HYPERLINK(1)"
    assert (line["State"], line["Arrests cited"], line["Breaches"]) == ("Revoked", "1", "0")
    sheet = Document(io.BytesIO(intel.get("/exclusions/register.ods?show=all").content))
    values = [list(row) for row in sheet.body.get_table(0).get_values()]
    assert tuple(values[0]) == HEAD
    assert len(values) == 4
    event = Event.objects.filter(action="exclusions.register.exported").latest("pk")
    assert len(event.subjects) == 3
