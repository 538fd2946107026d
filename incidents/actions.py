"""What the incidents app writes to the log."""

from audit.actions import register

REPORT_SUBMITTED = register("incidents.report.submitted", "sent a report")
REPORT_VIEWED = register("incidents.report.viewed", "opened a report", is_read=True)
REPORTS_LISTED = register("incidents.report.listed", "listed reports", is_read=True)
PEOPLE_OFFERED = register(
    "incidents.report.looked_up", "looked up a person to report", is_read=True
)
REPORT_ACCEPTED = register("incidents.report.accepted", "accepted a report")
REPORT_REJECTED = register("incidents.report.rejected", "did not take a report up")
PERSON_LINKED = register("incidents.person.linked", "linked a person in a report to a subject")
PERSON_UNLINKED = register("incidents.person.unlinked", "took a person in a report off a subject")
PHOTO_VIEWED = register(
    "incidents.photo.viewed", "opened a report's photo at full size", is_read=True
)
