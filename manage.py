#!/usr/bin/env python
"""Django's command line. `./run manage ...` calls it against the demo's database."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dtac.settings.production")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:  # said in words by dtac.refusals: no trace of where
        raise SystemExit(f"{error}") from None


if __name__ == "__main__":
    main()
