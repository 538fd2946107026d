"""Production's settings over the demo's invented data, for measurements on this machine."""

from dtac.settings.production import *  # noqa: F403
from dtac.settings.production import MIDDLEWARE

DTAC_PRODUCTION = False  # the people are invented, so nothing need be refused
DTAC_DEMO = True
# The plain admin beside logs no reading: nobody on another machine is answered, whatever is set.
ALLOWED_HOSTS = ["127.0.0.1"]
MIDDLEWARE = ["bench.middleware.CountMiddleware", *MIDDLEWARE]
