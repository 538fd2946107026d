"""Who may see the Board's figures."""

from members.models import Role

BOARD_ROLES = (Role.BOARD, Role.INTEL)
