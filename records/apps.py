from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "records"

    def ready(self) -> None:
        """Say how long members see people: the app that asks doesn't know who keeps the rules."""
        from exclusions.clock import months_from

        from .retention.policy import months_shown

        months_from(months_shown)
