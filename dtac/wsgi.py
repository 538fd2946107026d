"""The web entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dtac.settings.production")

application = get_wsgi_application()

from dtac.refusals import start_refuse  # noqa: E402  (models can be asked only now)

start_refuse()
