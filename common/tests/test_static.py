"""Static files of our own lose comments, and nothing else, on the way to a browser."""

from pathlib import Path

from django.core.files.base import ContentFile

from common.static import SmallStaticFilesStorage

SCRIPT = """// What this is for.
const words = `a // b
  c`;
const path = /\\/\\/x/.test(words); /* and why */
export { path };
"""


def stored(tmp_path: Path, name: str, text: str) -> str:
    storage = SmallStaticFilesStorage(location=str(tmp_path), base_url="/static/")
    content = ContentFile(text.encode())
    content.read()  # as after hashing
    storage.save(name, content)
    return (tmp_path / name).read_text()


def test_our_own_scripts_and_styles_lose_comments(tmp_path: Path) -> None:
    script = stored(tmp_path, "js/x.js", SCRIPT)
    assert "What this is for" not in script
    assert "and why" not in script
    assert "`a // b\n  c`" in script
    assert "/\\/\\/x/" in script
    style = stored(tmp_path, "css/x.css", "/* calm */\n.a {\n  color: var(--ink);\n}\n")
    assert style == ".a{color:var(--ink)}"


def test_what_packages_bring_stays_as_it_is(tmp_path: Path) -> None:
    text = "/*! licence */ .a { color: red; }\n"
    assert stored(tmp_path, "bootstrap/css/x.css", text) == text
