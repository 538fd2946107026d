"""The Celery application. Its schedule is in the settings; its tasks are in each app's tasks.py."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dtac.settings.production")

app = Celery("dtac")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
