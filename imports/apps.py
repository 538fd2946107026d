"""The imports app."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "imports"

    def ready(self) -> None:
        """Forget with what is deleted, tell who asks: the app that does doesn't know this one."""
        from records.retention.deleting import also
        from records.sar.found import Source
        from records.sar.sources import also as search_also

        from .retention import forget
        from .sar import rows_said

        also(forget)
        search_also("import", Source("Files being imported", rows_said))
