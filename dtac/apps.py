from django.apps import AppConfig


class DtacConfig(AppConfig):
    name = "dtac"
    verbose_name = "D-TAC"

    def ready(self) -> None:
        """Say how a digest is made: the queue below doesn't know what it tells of."""
        from members.letters import register

        from .digest import digest_letter

        register("digest", digest_letter)
