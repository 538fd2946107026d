"""What no browser sends: values, files and whole forms, as strategies for property tests."""

import datetime as dt
import functools
import struct
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests import factories

T = TypeVar("T")
Part = tuple[bytes, bytes]
FilePart = tuple[bytes, bytes, bytes, bytes]
"""Field, file name, content, declared type: bytes as they go over the wire."""

PLAIN: tuple[bytes, ...] = (
    b"", b" ", b"\t\r\n", b"\x00", b"a\x00b", b"0", b"-1", b"1", b"2", b"3", b"19", b"99999",
    b"99999999999999999999", b"9" * 5000, b"1e999", b"-1e999", b"NaN", b"Infinity", b"-0",
    b"0x10", b"1_000", b"1.5", b"null", b"[]", b"{}", b"true", b"on", b"off", b"unknown",
    b"'; DROP TABLE audit_event; --", b"<script>alert(1)</script>", b"{{ 7|add:7 }}", b"%s%n%x",
    b"../../etc/passwd", b"\r\nSet-Cookie: a=b", b"x" * 121, b"x" * 501, b"x" * 4001,
    "\u202egnp.exe".encode(), "٣".encode(), "１２".encode(), "£１,０００".encode(),
    "😀".encode() * 60, "é\u0301\u200b\ufeff".encode(), "\ud800".encode(errors="surrogatepass"),
    b"\xed\xb0\x80", b"\xff\xfe", b"\xc0\x80", b"\\ud800", "\u2028".encode(), b"\x1b[31m\x07",
)  # fmt: skip
MONEY = (b"5", b"1,126.50", b"12,50", "£9999999.99".encode(), b"10000000", b"0.001", b".5", b"5.",
         b"1e3", b"-5", b"9" * 19, b"0", "٣.٥".encode(), b"1 000", b"0.00")  # fmt: skip
MOMENTS = (b"2026-10-25T01:30", b"2026-03-29T01:30", b"25/10/2026 01:30", b"2026-02-29T10:00",
           b"9999-12-31T23:59", b"0001-01-01T00:00", b"2026-13-45T99:99", b"1e3", b"tomorrow",
           b"2026-11-01T10:00:00.999999", b"2026-11-01 10:00", b"2026-11-01",
           b"2026-11-01T10:00+14:00", b"-1", b"2026-11-01T24:00")  # fmt: skip
CODES = (b"seen", b"shop-theft", b"asb", b"over", b"now", b"earlier", b"did_it", b"with_them",
         b"male", b"under 18", b"hoodie", b"short hair", b"team", b"foil", b"used", b"serious",
         b"arrested", b"cosmetics", b"alcohol", b"all", b"area")  # fmt: skip
MADE_AT = (b"0", b"-1", b"1e12", b"9" * 400, b"99999999999999", b"-99999999999999999",
           b"NaN", "١".encode(), b"1790000000000", b"1700000000000.5")  # fmt: skip


def spellings(name: uuid.UUID | str) -> tuple[bytes, ...]:
    """Return ways to write a UUID that some parser takes."""
    text = str(name)
    ways = (text, text.upper(), text.replace("-", ""), f"{{{text}}}", f"urn:uuid:{text}",
            f" {text} ", text[:-1], text + "0", "-".join(text.replace("-", "")))  # fmt: skip
    return tuple(way.encode() for way in ways)


def box(name: bytes, size: int, body: bytes = b"", *, long: int | None = None) -> bytes:
    """Return a box of a video file that says it is `size` long, whatever it is."""
    extra = struct.pack(">Q", long) if long is not None else b""
    return struct.pack(">I4s", size & 0xFFFFFFFF, name) + extra + body


@functools.cache
def files() -> tuple[tuple[bytes, bytes, bytes], ...]:
    """Return files by name, content and type: whole ones first, then some that only look it."""
    small = (40, 50)
    ftyp = factories.video_bytes()[:20]
    pdf = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
    return (
        (b"a.jpg", factories.image_bytes("JPEG", small), b"image/jpeg"),
        (b"b.png", factories.image_bytes("PNG", small), b"image/png"),
        (b"c.webp", factories.image_bytes("WEBP", small), b"image/webp"),
        (b"d.heic", factories.image_bytes("HEIF", (64, 64)), b"image/heic"),
        (b"e.pdf", pdf, b"application/pdf"),
        (b"f.mp4", factories.video_bytes(), b"video/mp4"),
        (b"g.mov", factories.video_bytes(b"qt  "), b"video/quicktime"),
        (b"h.jpg", b"", b"image/jpeg"),
        (b"i.gif", factories.image_bytes("GIF", small), b"image/gif"),
        (b"j.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", b"x"),
        (b"k.html", b"<html><body>%PDF-1.7 %%EOF", b"text/html"),
        (b"l.pdf", b"%PDF-", b"application/pdf"),
        (b"m.mp4", ftyp + box(b"moov", 0), b"video/mp4"),
        (b"n.mp4", ftyp + box(b"moov", 1, long=2**63), b"video/mp4"),
        (b"o.mp4", ftyp + box(b"moov", 1, long=0), b"video/mp4"),
        (b"p.mp4", ftyp + box(b"moov", 7), b"video/mp4"),
        (b"q.mp4", ftyp + box(b"free", 8) * 10_001 + box(b"moov", 8), b"video/mp4"),
        (b"r.mp4", ftyp + box(b"mdat", 0xFFFFFFFF, b"x" * 40), b"video/mp4"),
        (b"s.mp4", ftyp + box(b"moov", 1), b"video/mp4"),
        (b"t.jpg", b"\xff\xd8\xff\xe0" + b"\x00" * 300, b"image/jpeg"),
        (b"u.png", b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 2**31 - 1, 2**31 - 1),
         b"image/png"),
        (b"v.webp", b"RIFF\xff\xff\xff\xffWEBPVP8 ", b"image/webp"),
        (b"w.heic", b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", b"image/heic"),
    )  # fmt: skip


@functools.cache
def one_from(choices: tuple[T, ...]) -> st.SearchStrategy[T]:
    """One of these. Made once: each making looks at every choice, and most draws need none."""
    return st.sampled_from(choices)


FILE_NAMES = (b"", b".", b"..", b"../../../x.jpg", b"C:\\x\\y.jpg", b"a%00.jpg", b"&#0;.jpg",
              b"x" * 300 + b".jpg", b"a." + b"j" * 250, "\u202egnp.jpg".encode(), b"&lt;b&gt;.jpg",
              "😀.jpg".encode(), b"con.jpg", b".htaccess", b"a\tb.jpg", b"-rf")  # fmt: skip


@st.composite
def file_parts(draw: st.DrawFn) -> FilePart:
    """A file: whole, cut anywhere, with bytes changed, or under another's name and type."""
    name, content, kind = draw(one_from(files()))
    what = draw(st.integers(0, 9))
    if what in (1, 2) and content:
        content = content[: draw(st.integers(0, len(content)))]
    elif what == 3 and content:
        at = draw(st.integers(0, len(content) - 1))
        content = content[:at] + draw(st.binary(min_size=1, max_size=8)) + content[at + 1 :]
    elif what == 4:
        name = draw(one_from(FILE_NAMES))
    elif what == 5:
        _, _, kind = draw(one_from(files()))
    elif what == 6:
        content += draw(st.binary(min_size=1, max_size=20))
    field_name = b"uploads" if what != 7 else draw(one_from((b"words", b"uploads[]", b"")))
    return field_name, name, content, kind


@dataclass(repr=False)
class Sent:
    """One submission as it goes over the wire."""

    parts: list[Part] = field(default_factory=list)
    files: list[FilePart] = field(default_factory=list)
    cut: float = 1.0
    kind: str = "multipart/form-data; boundary=0123456789abcdef"
    flips: tuple[tuple[float, int], ...] = ()

    def __repr__(self) -> str:
        parts = ", ".join(f"{name!r}: {value[:80]!r}" for name, value in self.parts)
        files = ", ".join(f"{part[0]!r} {part[1][:40]!r} {len(part[2])}" for part in self.files)
        return f"<{parts}; files {files}; cut {self.cut}; {self.kind}; {self.flips}>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text("...")  # hypothesis prints all fifty; the note says which one it was

    def last(self, name: str) -> bytes:
        """Return the value that counts of a field: the last; nothing where it was not sent."""
        return next((value for key, value in reversed(self.parts) if key == name.encode()), b"")

    def all(self, name: str) -> list[bytes]:
        """Return every value of a field."""
        return [value for key, value in self.parts if key == name.encode()]

    def body(self) -> tuple[str, bytes]:
        """Return the content type and the bytes, perhaps cut short."""
        line = b"--0123456789abcdef\r\n"
        whole = b"".join(
            line + b'Content-Disposition: form-data; name="' + name + b'"\r\n\r\n' + value + b"\r\n"
            for name, value in self.parts
        )
        for name, file_name, content, kind in self.files:
            whole += line + b'Content-Disposition: form-data; name="' + name + b'"; filename="'
            whole += file_name + b'"\r\nContent-Type: ' + kind + b"\r\n\r\n" + content + b"\r\n"
        whole += line[:-2] + b"--\r\n"
        for where, byte in self.flips:
            at = int(where * (len(whole) - 1))
            whole = whole[:at] + bytes([byte]) + whole[at + 1 :]
        return self.kind, whole[: int(len(whole) * self.cut)]


def values(*known: bytes) -> st.SearchStrategy[bytes]:
    """A value for any field: mostly from the lists, else any text or bytes."""
    listed = (*PLAIN, *MONEY, *MOMENTS, *CODES, *MADE_AT, *known)
    return st.one_of(
        st.sampled_from(listed),
        st.sampled_from(known or listed),
        st.text(max_size=30).map(lambda text: text.encode(errors="surrogatepass")),
        st.binary(max_size=20),
    )


CONTENT_TYPES = (
    "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=xyz",
    "multipart/form-data; boundary=0123456789abcdef; charset=utf-16",
    "multipart/form-data; boundary=0123456789abcdef; charset=idna",
    "multipart/form-data; boundary=\"0123456789abcdef\"", "multipart/mixed; boundary=x",
    "multipart/form-data; boundary=" + "x" * 300, "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=rot13", "application/json", "text/plain", "",
)  # fmt: skip


@st.composite
def on_the_wire(draw: st.DrawFn, sent: Sent) -> Sent:
    """The same form with its bytes cut short, changed here and there, or called something else."""
    what = draw(st.integers(0, 2))
    if what == 0:
        sent.cut = draw(st.floats(0, 1))
    elif what == 1:
        sent.kind = draw(one_from(CONTENT_TYPES))
    else:
        flip = st.tuples(st.floats(0, 1), st.integers(0, 255))
        sent.flips = tuple(draw(st.lists(flip, min_size=1, max_size=4)))
    return sent


@st.composite
def mangled(
    draw: st.DrawFn,
    base: dict[str, bytes],
    names: Iterable[str],
    value: st.SearchStrategy[bytes],
    *,
    most: int = 5,
) -> Sent:
    """A form that would be taken, changed in up to `most` places: set, repeated or left out."""
    names = tuple(names)
    parts = [(name.encode(), content) for name, content in base.items()]
    for _ in range(draw(st.integers(0, most))):
        name = draw(one_from(names)).encode()
        what = draw(st.integers(0, 5))
        if what < 4:
            parts = [part for part in parts if part[0] != name]
        if what == 0:
            continue
        if what == 1:
            parts += [(name, draw(value)) for _ in range(draw(st.integers(2, 12)))]
        elif what == 5:
            parts.insert(0, (name, draw(value)))  # the form's own comes after and counts
        else:
            parts.append((name, draw(value)))
    return Sent(parts)


def london(moment: dt.datetime) -> bytes:
    """Return a moment as the form's field has it."""
    return f"{moment:%Y-%m-%dT%H:%M}".encode()
