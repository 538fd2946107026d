"""Draw a face and write its files. Without Django, so that fresh processes start at once."""

import hashlib
import io
import uuid
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from .portraits import draw_portrait


@dataclass(frozen=True)
class Job:
    """One face, the photos that show it, the media folder, and the sizes to make."""

    seed: int
    names: list[uuid.UUID]
    root: Path
    sizes: dict[str, tuple[int, int]]


def draw(job: Job) -> dict[uuid.UUID, tuple[str, int]]:
    """Write original and sizes for every photo of the job, laid out as common.images does.

    Return the SHA-256 and the length of each original. Each bears its name in a comment, so that
    two subjects who share a drawing are no doubles.
    """
    original = draw_portrait(job.seed)
    picture = Image.open(io.BytesIO(original))
    files = {}
    kept = {}
    for size, box in job.sizes.items():
        shown = picture if size == "large" else ImageOps.fit(picture, box, centering=(0.5, 0.35))
        buffer = io.BytesIO()
        shown.save(buffer, "JPEG", quality=82)
        files[f"variants/{{folder}}/{{name}}-{size}.jpg"] = buffer.getvalue()
    for name in job.names:
        comment = b"\xff\xfe" + (len(name.bytes) + 2).to_bytes(2, "big") + name.bytes
        own = original[:2] + comment + original[2:]
        kept[name] = (hashlib.sha256(own).hexdigest(), len(own))
        for pattern, content in {"originals/{folder}/{name}.jpg": own, **files}.items():
            path = job.root / pattern.format(folder=name.hex[:2], name=name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return kept
