"""What the log says of the board app."""

from audit.actions import register

TARGET_SET = register("board.target.set", "set a target of the business plan")
FIGURES_EXPORTED = register("board.figures.exported", "exported the Board's figures", is_read=True)
