"""Static files as they are served: hashed names, compressed, our own without their comments."""

from typing import Any

import rcssmin  # type: ignore[import-untyped]
import rjsmin  # type: ignore[import-untyped]
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]

SMALLER = {"css/": rcssmin.cssmin, "js/": rjsmin.jsmin}
"""Folders of our own, and what makes a file of them smaller. Packages bring theirs minified."""


class SmallStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """WhiteNoise's storage; our own scripts and styles lose comments and blanks on the way in."""

    def _save(self, name: str, content: Any) -> str:
        """Store a file as it is collected."""
        for folder, smaller in SMALLER.items():
            if name.startswith(folder) and name.endswith(f".{folder[:-1]}"):
                content.seek(0)  # hashing has read it
                content = ContentFile(smaller(content.read().decode()).encode(), name=name)
        return str(super()._save(name, content))
