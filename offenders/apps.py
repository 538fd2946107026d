from django.apps import AppConfig


class OffendersConfig(AppConfig):
    name = "offenders"

    def ready(self) -> None:
        """Say how a bulletin's letter is made: the queue below doesn't know subjects."""
        from members.letters import register

        from .bulletin_letter import bulletin_letter

        register("bulletin", bulletin_letter)
