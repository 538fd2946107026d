"""What the log says of the board app."""

from audit.actions import register

TARGET_SET = register("board.target.set", "set a target of the business plan")
FIGURES_EXPORTED = register("board.figures.exported", "exported the Board's figures", is_read=True)

REPORT_STARTED = register("board.report.started", "started a report to the Board")
REPORT_WRITTEN = register("board.report.written", "wrote in a report to the Board")
REPORT_FROZEN = register("board.report.frozen", "froze a report's figures")
REPORT_FILED = register("board.report.filed", "added a file to a report to the Board")
REPORT_UNFILED = register("board.report.unfiled", "took a file out of a report to the Board")
REPORT_SUBMITTED = register("board.report.submitted", "gave a report to the Board")
REPORT_RETURNED = register("board.report.returned", "sent a report back")
REPORT_APPROVED = register("board.report.approved", "approved a report")
REPORT_CORRECTED = register("board.report.corrected", "began the correction of a report")
REPORT_DOWNLOADED = register(
    "board.report.downloaded", "downloaded a report to the Board", is_read=True
)
REPORT_FILE_OPENED = register(
    "board.report.opened", "opened a file of a report to the Board", is_read=True
)
