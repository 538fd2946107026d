from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class MembersConfig(AppConfig):
    name = "members"

    def ready(self) -> None:
        """Know how the letters with invoices are made, and how a session begins."""
        from .money import documents  # noqa: F401  (registers its makers)
        from .signin.sessions import session_begin

        user_logged_in.connect(session_begin, dispatch_uid="members.session_begin")
