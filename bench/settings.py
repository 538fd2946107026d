"""Production's settings over the demo's invented data, for measurements on this machine."""

from dtac.settings.production import *  # noqa: F403
from dtac.settings.production import DATA_DIR, MIDDLEWARE

DTAC_PRODUCTION = False  # the people are invented, so nothing need be refused
DTAC_DEMO = True
ROOT_URLCONF = "dtac.urls"
MIDDLEWARE = ["bench.middleware.CountMiddleware", *MIDDLEWARE]
MEDIA_ROOT = DATA_DIR / "media"
