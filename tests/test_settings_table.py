"""The table of environment variables in docs/operations.md, against what the code reads."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

CLONE = Path(__file__).resolve().parents[1]
TABLE = CLONE / "docs" / "operations.md"
READERS = ("dtac", "runner", "common", "audit", "members", "offenders", "incidents", "exclusions",
           "records", "board", "imports")  # fmt: skip
NOT_FOR_PEOPLE = {
    "DTAC_TEST_MIGRATED",  # between `./run test` and its processes
    "PYTEST_XDIST_WORKER",  # which of its processes this is
    "PATH",
    "DJANGO_SETTINGS_MODULE",  # said above the table
}
ASKS = {"str", "int", "bool", "float", "list", "dict", "db", "email", "get", "getenv"}


def reads() -> Iterator[tuple[str, ast.expr | None]]:
    """Yield each variable that code outside tests reads, with its default as written."""
    for app in READERS:
        for path in (CLONE / app).rglob("*.py"):
            if "tests" not in path.parts and "migrations" not in path.parts:
                yield from _reads_of(ast.parse(path.read_text()))


def _reads_of(tree: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(value=asked, attr=attr), args=[ast.Constant(value=str(name)), *_]
            ) if attr in ASKS and ast.unparse(asked) in ("env", "os.environ", "os"):
                named = [each.value for each in node.keywords if each.arg == "default"]
                yield name, named[0] if named else (node.args[1] if len(node.args) > 1 else None)
            case ast.Subscript(value=asked, slice=ast.Constant(value=str(name))) if ast.unparse(
                asked
            ) in ("env", "os.environ"):
                yield name, None


def rows() -> dict[str, str]:
    """Return the table: variable to its default in words."""
    found = re.findall(r"^\| `([A-Z_0-9]+)` \| .+ \| (.+) \|$", TABLE.read_text(), re.MULTILINE)
    assert len(found) == len(dict(found)), "a variable stands there twice"
    return dict(found)


def test_the_table_is_what_the_code_reads() -> None:
    read = {name for name, _ in reads() if name.isupper()} - NOT_FOR_PEOPLE
    assert read - rows().keys() == set(), "read, and not in the table"
    assert rows().keys() - read == set(), "in the table, and not read"


def test_the_defaults_are_the_code_s() -> None:
    wrong = []
    for name, default in reads():
        if default is None or name in NOT_FOR_PEOPLE:
            continue
        told = rows()[name]
        for value in _plain(default):
            if value not in (told, *re.split(r"[ ,=]+", told)):
                wrong.append(f"{name}: the code says {value}, the table {told}")
    assert not wrong


def _plain(default: ast.expr) -> list[str]:
    """Return the default as the table would say it; nothing for one that must be told in words."""
    if isinstance(default, ast.Constant) and isinstance(default.value, int | float):
        if isinstance(default.value, bool):
            return []
        return [f"{default.value:g}" if default.value < 1e6 else str(default.value)]
    if isinstance(default, ast.BinOp) and ast.unparse(default).endswith("* 1024 * 1024"):
        return [ast.unparse(default).split(" ")[0]]
    if isinstance(default, ast.List) and len(default.elts) < 4:
        return [str(ast.literal_eval(each)) for each in default.elts]
    return []
