"""The files in deploy/: they say what docs/operations.md and the program say."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from runner.demo import BEAT, WEB, WORKER
from tests.test_settings_table import rows

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
MUST = {name for name, default in rows().items() if default.startswith("does not start")}


def example() -> dict[str, str]:
    lines = (DEPLOY / "env.example").read_text().splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def test_the_example_has_what_an_installation_must_say() -> None:
    assert example().keys() >= MUST
    assert example().keys() <= rows().keys()
    assert example()["SECRET_KEY"] == ""  # an empty one is refused: nobody starts with ours


def test_the_example_can_be_read_by_a_shell_and_by_systemd() -> None:
    """With blanks only inside quotes, and nothing that either would replace."""
    for name, value in example().items():
        assert re.fullmatch(r'"[^"$`\\]*"|[^\s"\'$`\\;&|<>()]*', value), name


def test_the_containers_run_what_the_demo_runs() -> None:
    made = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    assert set(made) == {
        "postgres", "valkey", "prepare", "web", "worker", "beat", "backup", "nginx",
    }  # fmt: skip
    assert made["worker"]["command"] == WORKER[1:]
    assert made["beat"]["command"][: len(BEAT) - 1] == BEAT[1:]
    image = (DEPLOY / "Dockerfile").read_text()
    assert all(f'"{part}"' in image for part in WEB[2:4] if not part.startswith("-"))
    for name in ("web", "worker", "beat"):
        assert made[name]["depends_on"]["prepare"] == {
            "condition": "service_completed_successfully"
        }
        assert set(made[name]["environment"]) <= rows().keys()


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_the_units_run_what_the_demo_runs(name: str) -> None:
    unit = (DEPLOY / "systemd" / f"dtac-{name}.service").read_text()
    wanted = {"web": WEB, "worker": WORKER, "beat": BEAT}[name]
    assert " ".join(wanted[1:]).removesuffix(" --bind") in unit
    assert "NoNewPrivileges=yes" in unit
    assert "StartLimitIntervalSec=0" in unit


def test_systemd_takes_the_units() -> None:
    """Its own look at them; that the programs and the user aren't on this machine is no matter."""
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("no systemd here")
    done = subprocess.run(
        [verify, "verify", "--man=no", *map(str, UNITS)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    told = [line for line in done.stderr.splitlines() if "deploy/systemd" in line or "dtac" in line]
    assert not [line for line in told if "not executable" not in line and "Failed to" not in line]


def test_nginx_sends_from_where_the_store_is() -> None:
    conf = (DEPLOY / "nginx" / "dtac.conf").read_text()
    place = re.search(r"location (/\S+/) \{\s+internal;\s+alias (\S+);", conf)
    assert place
    assert place[1] == example()["DTAC_ACCEL_PREFIX"]
    assert place[2] == f"{example()['DTAC_DATA_DIR']}/media/"
    assert "X-Forwarded-For $remote_addr" in conf
    for name in ("server.conf", "compose.conf"):
        text = (DEPLOY / "nginx" / name).read_text()
        assert "$request_uri" not in text
        assert '"$request"' not in text
        assert "$args" not in text
