"""Who may see the Board's figures, and who may set its targets."""

from django.core.exceptions import PermissionDenied

from members.models import Role, User

BOARD_ROLES = (Role.BOARD, Role.INTEL)


def may_set_targets(user: User) -> bool:
    """Whether the plan's targets are this user's to set: the Board's alone."""
    return user.role == Role.BOARD


def check_may_set_targets(user: User) -> None:
    """Raise PermissionDenied for the Intelligence Manager, who only reads them."""
    if not may_set_targets(user):
        raise PermissionDenied
