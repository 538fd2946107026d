"""`./run demo`: invented people on this machine only, a known password, mail into a folder."""

from .base import *  # noqa: F403
from .base import DATA_DIR, env

DTAC_DEMO = True
DTAC_CONTACT_ADDRESS = "D-TAC, PO Box 1, Dartford DA1 1AA"
DTAC_BANK_DETAILS = (
    "Bank transfer to Dartford Town Against Crime, sort code 00-00-00, account 00000000."
)
DEBUG = False
SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
PORT = env.int("PORT", default=8000)
DTAC_BASE_URL = f"http://127.0.0.1:{PORT}"

# Two demos on one address differ only by port, which cookies ignore: name them apart.
SESSION_COOKIE_NAME = f"dtac-session-{PORT}"
CSRF_COOKIE_NAME = f"dtac-csrf-{PORT}"

if env.str("EMAIL_URL", default=""):
    globals().update(env.email("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
