"""A corpus of hostile files, made here: what somebody might send in place of a photo.

Each is a name, a declared type and bytes. None may be taken as it is; a few may be taken as the
plain photo or paper that they also are, and then nothing of what was hidden in them is ever shown.
"""

import gzip
import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pillow_heif
from django.conf import settings
from PIL import Image

SCRIPT = b"<script>alert(document.cookie)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + SCRIPT + b"</svg>"
HTML = b"<!DOCTYPE html><html><body>" + SCRIPT + b"</body></html>"


@dataclass(frozen=True)
class Hostile:
    """One file; `what` says what is wrong with it."""

    what: str
    name: str
    declared: str
    content: bytes


def picture(kind: str, size: tuple[int, int] = (60, 80), **options: object) -> bytes:
    """Return a small picture with some detail in it."""
    pillow_heif.register_heif_opener()  # it writes them, too
    rng = random.Random(1)
    image = Image.frombytes(
        "RGB", size, bytes(rng.randrange(256) for _ in range(size[0] * size[1] * 3))
    )
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    """Return a chunk of a PNG with a right checksum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, data: bytes, *more: bytes) -> bytes:
    """Return a PNG that says it has so many pixels, whatever its data are."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + b"".join(more)
        + chunk(b"IDAT", zlib.compress(data, 9))
        + chunk(b"IEND", b"")
    )


def archive(*files: tuple[str, bytes]) -> bytes:
    """Return a ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files:
            target.writestr(name, content)
    return out.getvalue()


def in_disguise() -> Iterator[Hostile]:
    """Files of kinds that are never taken, each under names and types that are."""
    kinds = {
        "SVG": SVG,
        "SVG with a mark before": b"\xef\xbb\xbf" + SVG,
        "SVG after a declaration": b'<?xml version="1.0"?>\n<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        + SVG,
        "compressed SVG": gzip.compress(SVG),
        "page": HTML,
        "page with PDF's mark in it": HTML + b"%PDF-1.7\n%%EOF",
        "XML": b'<?xml version="1.0"?><a xmlns="http://www.w3.org/1999/xhtml"><script>1</script></a>',
        "script": b"alert(1)//\xff\xd8\xff",
        "GIF": picture("GIF"),
        "GIF that is a script": b"GIF89a/*" + b"\x00" * 20 + b"*/=1;alert(1)",
        "TIFF": picture("TIFF"),
        "BMP": picture("BMP"),
        "icon": picture("ICO", (64, 64)),
        "PPM": picture("PPM"),
        "Encapsulated PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EOF",
        "program of Linux": b"\x7fELF\x02\x01\x01" + b"\x00" * 200,
        "program of Windows": b"MZ" + b"\x90" * 300,
        "shell script": b"#!/bin/sh\nrm -rf /\n",
        "PHP": b"<?php system($_GET['c']); ?>",
        "ZIP": archive(("a.txt", b"x")),
        "Word with a macro": archive(
            ("word/vbaProject.bin", b"x"), ("[Content_Types].xml", b"<x/>")
        ),
        "Java archive": archive(("META-INF/MANIFEST.MF", b"Main-Class: X\n")),
        "RAR": b"Rar!\x1a\x07\x01\x00" + b"\x00" * 60,
        "nothing but zeros": b"\x00" * 5000,
        "one byte": b"\xff",
        "text": b"=cmd|' /C calc'!A0\n",
        "spreadsheet of formulas": b'a,b\n=HYPERLINK("http://x"),@SUM(1)\n',
        "Flash": b"CWS\x09" + b"\x00" * 60,
        "font": b"wOF2" + b"\x00" * 60,
        "Matroska video": b"\x1a\x45\xdf\xa3" + b"\x00" * 60,
        "AVI": b"RIFF\x24\x00\x00\x00AVI LIST" + b"\x00" * 60,
        "WAV": b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\x00" * 60,
    }
    names = (
        ("photo.jpg", "image/jpeg"),
        ("paper.pdf", "application/pdf"),
        ("a.mp4", "video/mp4"),
        ("b.heic", ""),
    )
    for what, content in kinds.items():
        for name, declared in names:
            yield Hostile(f"{what} as {name}", name, declared, content)


def cut_and_bent() -> Iterator[Hostile]:
    """Photos, papers and videos cut at any place, or with bytes changed in their heads."""
    wholes = {
        "jpg": ("image/jpeg", picture("JPEG")),
        "png": ("image/png", picture("PNG")),
        "webp": ("image/webp", picture("WEBP", lossless=True)),
        "heic": ("image/heic", picture("HEIF", (64, 64))),
    }
    for ending, (declared, content) in wholes.items():
        for part in (0.01, 0.1, 0.3, 0.5, 0.7, 0.9):
            cut = content[: max(4, int(len(content) * part))]
            yield Hostile(f"{ending} cut at {part}", f"a.{ending}", declared, cut)
    paper = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
    for part in (5, 12, 30, len(paper) - 8):
        yield Hostile(f"PDF cut at {part}", "a.pdf", "application/pdf", paper[:part])
    video = struct.pack(">I4s4sI", 16, b"ftyp", b"isom", 0)
    for what, rest in {
        "no boxes": b"",
        "a box of no length": struct.pack(">I4s", 3, b"moov"),
        "a box longer than the file": struct.pack(">I4s", 2**31, b"moov"),
        "a box longer than any file": struct.pack(">I4sQ", 1, b"moov", 2**63),
        "a box that ends where it begins": struct.pack(">I4sQ", 1, b"moov", 0),
        "half a box": b"\x00\x00",
        "ten thousand boxes": struct.pack(">I4s", 8, b"free") * 10_001,
        "no index": struct.pack(">I4s", 8, b"mdat"),
    }.items():
        yield Hostile(f"video with {what}", "a.mp4", "video/mp4", video + rest)


def bombs() -> Iterator[Hostile]:
    """A few bytes that want to become many."""
    for side in (10_000, 20_000, 30_000, 65_535, 2**31 - 1):
        yield Hostile(
            f"PNG of {side} by {side}", "b.png", "image/png", png(side, side, b"\x00" * 999)
        )
    yield Hostile("PNG of one row", "b.png", "image/png", png(2**30, 1, b"\x00" * 999))
    yield Hostile("PNG of one column", "b.png", "image/png", png(1, 2**30, b"\x00" * 999))
    yield Hostile("PNG of no width", "b.png", "image/png", png(0, 5, b"\x00"))
    text = chunk(b"zTXt", b"a\x00\x00" + zlib.compress(b"x" * 70_000_000, 9))
    yield Hostile("PNG with a text of 70 MB", "b.png", "image/png", png(8, 8, b"\x00" * 200, text))
    profile = chunk(b"iCCP", b"a\x00\x00" + zlib.compress(b"\x00" * 70_000_000, 9))
    yield Hostile(
        "PNG with a profile of 70 MB", "b.png", "image/png", png(8, 8, b"\x00" * 200, profile)
    )
    jpeg = bytearray(picture("JPEG"))
    place = jpeg.index(b"\xff\xc0") + 5
    jpeg[place : place + 4] = struct.pack(">HH", 65_500, 65_500)
    yield Hostile("JPEG of 65,500 by 65,500", "b.jpg", "image/jpeg", bytes(jpeg))
    webp = bytearray(picture("WEBP", lossless=True))
    place = webp.index(b"VP8L") + 9
    webp[place : place + 4] = b"\xff\xff\xff\x0f"
    yield Hostile("WebP of 16,384 by 16,384", "b.webp", "image/webp", bytes(webp))
    nested = archive(("a", b"\x00" * 10_000_000))
    for _ in range(3):
        nested = archive(*((f"{n}.zip", nested) for n in range(10)))
    yield Hostile("ZIP in ZIPs", "b.jpg", "image/jpeg", nested)
    yield Hostile("gzip of zeros", "b.jpg", "image/jpeg", gzip.compress(b"\x00" * 20_000_000))


def names() -> Iterator[Hostile]:
    """What is no photo, under names that lead elsewhere, or hide an ending."""
    for name in (
        "../../../etc/passwd",
        "..\\..\\windows\\win.ini",
        "/etc/passwd",
        "C:\\boot.ini",
        "a.jpg/../../b",
        "a.php.jpg",
        "a.jpg.exe",
        "a.jpg%00.php",
        "a.jpg;.asp",
        "CON.jpg",
        "NUL",
        ".htaccess",
        "\u202egpj.exe",
        "a\r\nSet-Cookie: x=y.jpg",
        "'; DROP TABLE x; --.jpg",
        "<img src=x>.jpg",
        "$(reboot).jpg",
        "`id`.jpg",
        "|id.jpg",
        "-rf.jpg",
        "x" * 240 + ".jpg",
        " .jpg",
        "a.jpg ",
        "a.jpg.",
        "aux.png",
        "%2e%2e%2fa.jpg",
        "\ufeffa.jpg",
        "💥.jpg",
        "a.svg",
        "a.html",
        "a.js",
    ):
        yield Hostile(f"page named {name[:40]!r}", name, "image/jpeg", HTML)


def corpus() -> list[Hostile]:
    """Return all files that must be refused."""
    return [*in_disguise(), *cut_and_bent(), *bombs(), *names()]


def twofold() -> list[Hostile]:
    """Return photos that are also something else: taken as photos, shown as nothing but photos."""
    jpeg, image = picture("JPEG"), picture("PNG")
    comment = b"\xff\xfe" + struct.pack(">H", len(SVG) + 2) + SVG
    exif = Image.Exif()
    exif[0x010E] = SCRIPT.decode()
    exif[0x8825] = {1: "N", 2: (51.0, 26.0, 46.0), 3: "E", 4: (0.0, 13.0, 8.0)}
    return [
        Hostile("JPEG with a page behind", "a.jpg", "image/jpeg", jpeg + HTML),
        Hostile("JPEG with a ZIP behind", "a.jpg", "image/jpeg", jpeg + archive(("a", b"x"))),
        Hostile("JPEG with SVG as comment", "a.jpg", "image/jpeg", jpeg[:2] + comment + jpeg[2:]),
        Hostile("JPEG with script in EXIF", "a.jpg", "image/jpeg", picture("JPEG", exif=exif)),
        Hostile("JPEG named a page", "a.html", "text/html", jpeg),
        Hostile("JPEG named SVG", "a.svg", "image/svg+xml", jpeg),
        Hostile("JPEG named a program", "a.php", "application/x-php", jpeg + b"<?php ?>"),
        Hostile("PNG with PHP behind", "a.png", "image/png", image + b"<?php system('id'); ?>"),
        Hostile(
            "PNG with a script as text",
            "a.png",
            "image/png",
            image[:33] + chunk(b"tEXt", b"Comment\x00" + SCRIPT) + image[33:],
        ),
    ]


def encoded(fields: Mapping[str, object], field: str, file: Hostile) -> tuple[bytes, str]:
    """Return a form as it goes over the wire, with the very name that a sender gave the file.

    A test client's own encoding takes the last part of the name alone.
    """
    line = b"----hostile"
    parts = [
        b'Content-Disposition: form-data; name="%s"\r\n\r\n%s'
        % (name.encode(), str(value).encode())
        for name, value in fields.items()
    ]
    name = file.name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")  # as browsers do
    parts.append(
        b'Content-Disposition: form-data; name="%s"; filename="%s"\r\nContent-Type: %s\r\n\r\n%s'
        % (field.encode(), name.encode(), file.declared.encode() or b"x/y", file.content)
    )
    body = b"".join(b"--" + line + b"\r\n" + part + b"\r\n" for part in parts)
    return body + b"--" + line + b"--\r\n", f"multipart/form-data; boundary={line.decode()}"


def files_kept() -> set[Path]:
    """Return every file in the store."""
    return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}
