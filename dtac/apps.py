from django.apps import AppConfig


class DtacConfig(AppConfig):
    name = "dtac"
    verbose_name = "D-TAC"

    def ready(self) -> None:
        """Refuse what is unsafe; say how a digest is made, which the queue below doesn't know."""
        from django.conf import settings

        from members.letters import register

        from .digest import digest_letter
        from .refusals import settings_refuse

        if getattr(settings, "DTAC_PRODUCTION", False):
            settings_refuse(settings)
        if settings.SENTRY_DSN:
            from .error_reports import reports_start

            reports_start()
        register("digest", digest_letter)
