"""What the log says of imports. An entry for a run, and one for each subject it is about."""

from audit.actions import register

RUN_UPLOADED = register("imports.run.uploaded", "sent in a file to import")
RUN_CHECKED = register("imports.run.checked", "had a file to import judged")
RUN_WRITTEN = register("imports.run.written", "imported a file")
RUN_FAILED = register("imports.run.failed", "could not finish an import")
RUN_UNDONE = register("imports.run.undone", "undid an import")
RUN_DISCARDED = register("imports.run.discarded", "discarded a file that was not imported")
RUN_INVITED = register("imports.run.invited", "invited people of an import")
RUN_FILES_DELETED = register("imports.run.files_deleted", "deleted the file of an import")
RUN_VIEWED = register("imports.run.viewed", "looked at an import", is_read=True)
PROBLEMS_EXPORTED = register(
    "imports.problems.exported", "exported the problems of a file", is_read=True
)
SUBJECT_TAKEN_OVER = register("imports.subject.taken_over", "took over a subject by an import")
PHOTOS_ADDED = register("imports.photo.taken_over", "added photos to a subject by an import")
PHOTOS_REMOVED = register(
    "imports.photo.removed", "removed photos of a subject by undoing an import"
)
SUBJECT_REMOVED = register("imports.subject.removed", "removed a subject by undoing an import")
ASSOCIATION_TAKEN_OVER = register(
    "imports.association.taken_over", "took over an association by an import"
)
ASSOCIATION_REMOVED = register(
    "imports.association.removed", "removed an association by undoing an import"
)
REPORT_TAKEN_OVER = register("imports.report.taken_over", "took over a report by an import")
NOTICE_TAKEN_OVER = register("imports.notice.taken_over", "took over a notice by an import")
REPORT_REMOVED = register("imports.report.removed", "removed a report by undoing an import")
NOTICE_REMOVED = register("imports.notice.removed", "removed a notice by undoing an import")
