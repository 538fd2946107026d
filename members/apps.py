from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"

    def ready(self) -> None:
        """Know how the letters with invoices are made."""
        from .money import documents  # noqa: F401  (registers its makers)
