"""The imports app."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "imports"

    def ready(self) -> None:
        """Forget with what is deleted: the app that deletes doesn't know this one."""
        from records.retention.deleting import also

        from .retention import forget

        also(forget)
