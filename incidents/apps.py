from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_out
from django.core.checks import CheckMessage, Error, register


class IncidentsConfig(AppConfig):
    name = "incidents"

    def ready(self) -> None:
        """Signing out ends what was allowed in the session; a key that is none is said at once."""
        from members.signin.sessions import sessions_ended  # models are not there before the apps

        user_logged_out.connect(end_push, dispatch_uid="incidents.end_push")
        sessions_ended.connect(end_push_elsewhere, dispatch_uid="incidents.end_push_elsewhere")
        register(check_push_key)


def end_push(request: Any, user: Any, **_: Any) -> None:
    """End the Web Push that was allowed in a session, before the session goes."""
    from .services.push import push_end  # models are not there before the apps

    if user is not None and request is not None:
        push_end(user=user, session_key=request.session.session_key or "")


def end_push_elsewhere(*, user: int, keys: list[str], **_: Any) -> None:
    """End the Web Push of sessions that were ended from another device: a phone may be lost."""
    from .services.push import push_end_in

    push_end_in(user=user, keys=keys)


def check_push_key(**_: Any) -> list[CheckMessage]:
    """Whether the key for Web Push is one; none at all is fine, it is off then."""
    from .push import public_key

    try:
        public_key()
    except ValueError as error:
        return [Error(f"{error}. Make one with `./run manage vapid_key`.", id="incidents.E001")]
    return []
