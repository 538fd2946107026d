"""What the incidents app writes to the log."""

from audit.actions import Action, register

__all__ = ["Action"]

REPORT_SUBMITTED = register("incidents.report.submitted", "sent a report")
REPORT_CHANGED = register("incidents.report.changed", "added to or corrected a report")
REPORT_VIEWED = register("incidents.report.viewed", "opened a report", is_read=True)
REPORTS_LISTED = register("incidents.report.listed", "listed reports", is_read=True)
PEOPLE_OFFERED = register(
    "incidents.report.looked_up", "looked up a person to report", is_read=True
)
REPORT_ACCEPTED = register("incidents.report.accepted", "accepted a report")
REPORT_REJECTED = register("incidents.report.rejected", "did not take a report up")
PERSON_LINKED = register("incidents.person.linked", "linked a person in a report to a subject")
PERSON_UNLINKED = register("incidents.person.unlinked", "took a person in a report off a subject")
PERSON_RULED_OUT = register(
    "incidents.person.ruled_out", "ruled out that a person in a report is a subject"
)
REPORT_MERGED = register("incidents.report.merged", "merged a report with another of the event")
REPORT_REOPENED = register("incidents.report.reopened", "put a report back into the queue")
STEP_UNDONE = register("incidents.report.step_undone", "took a decision about a report back")
QUESTION_ASKED = register("incidents.question.asked", "asked a reporter a question")
QUESTION_ANSWERED = register("incidents.question.answered", "answered a question about a report")
PHOTO_VIEWED = register(
    "incidents.photo.viewed", "opened a report's photo at full size", is_read=True
)
SERIES_VIEWED = register("incidents.series.viewed", "looked at incidents in series", is_read=True)
TYPE_ADDED = register("incidents.type.added", "added a type of incident")
TYPE_CHANGED = register("incidents.type.changed", "changed a type of incident")
TYPE_ENDED = register("incidents.type.ended", "ended a type of incident")
TYPE_RETURNED = register("incidents.type.returned", "brought a type of incident back")
TYPE_REMOVED = register("incidents.type.removed", "removed an unused type of incident")
INTELLIGENCE_GIVEN = register(
    "incidents.intelligence.given", "gave intelligence", protects_source=True
)
INTELLIGENCE_OWN_VIEWED = register(
    "incidents.intelligence.own_viewed",
    "opened intelligence they gave",
    is_read=True,
    protects_source=True,
)
INTELLIGENCE_VIEWED = register("incidents.intelligence.viewed", "opened intelligence", is_read=True)
INTELLIGENCE_LISTED = register("incidents.intelligence.listed", "listed intelligence", is_read=True)
INTELLIGENCE_OWN_LISTED = register(
    "incidents.intelligence.own_listed",
    "listed intelligence they gave",
    is_read=True,
    protects_source=True,
)
INTELLIGENCE_GRADED = register("incidents.intelligence.graded", "graded intelligence")
INTELLIGENCE_REJECTED = register("incidents.intelligence.rejected", "did not take intelligence up")
INTELLIGENCE_SHARED = register("incidents.intelligence.shared", "shared intelligence")
INTELLIGENCE_WITHDRAWN = register(
    "incidents.intelligence.withdrawn", "ended the sharing of intelligence"
)
EVIDENCE_VIEWED = register(
    "incidents.evidence.viewed", "looked at the record of an exhibit", is_read=True
)
EVIDENCE_CHECKED = register(
    "incidents.evidence.checked", "checked an exhibit against its hash", is_read=True
)
EVIDENCE_DOWNLOADED = register(
    "incidents.evidence.downloaded", "took a copy of an exhibit as it was sent", is_read=True
)
ALERT_RAISED = register("incidents.alert.raised", "raised an alert")
ALERT_WITHDRAWN = register("incidents.alert.withdrawn", "withdrew an alert")
ALERT_RENEWED = register("incidents.alert.renewed", "changed an alert with its report")
ALERT_PUSHED = register("incidents.alert.pushed", "told browsers of an alert")
ALERT_NAME_REFUSED = register(
    "incidents.alert.name_refused", "typed a name in an alert, which was refused", is_read=True
)
ALERTS_VIEWED = register("incidents.alert.viewed", "was shown alerts", is_read=True)
