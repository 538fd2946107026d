"""A real installation: everything secret or local comes from the environment, or it won't start."""

from .base import *  # noqa: F403
from .base import env

DTAC_PRODUCTION = True  # so dtac.refusals looks at what these settings say, at each start
DEBUG = env.bool("DEBUG", default=False)  # read so that asking for it is refused, not overlooked
DTAC_DEMO = env.bool("DTAC_DEMO", default=False)  # the same
# Empty as in the example: refused with the other reasons, where Django would say that one alone.
SECRET_KEY = env.str("SECRET_KEY") or "-"
# The keys before it, newest first: what they locked can still be opened (docs/operations.md).
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
DTAC_BASE_URL = env.str("DTAC_BASE_URL")  # stands in every e-mail's link
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL")
for needed in ("DATABASE_URL", "REDIS_URL", "DTAC_DATA_DIR"):
    env.str(needed)  # base.py has read them; here none may be missing
globals().update(env.email("EMAIL_URL"))

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Asked from the same machine, past the proxy that speaks https.
SECURE_REDIRECT_EXEMPT = [r"^healthz/$", r"^readyz/$", r"^metrics/$"]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
# Celery would put its own log in place of the settings'.
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
