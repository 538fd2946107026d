"""``./run demo``: the whole system in the foreground."""

import os
import signal
import socket
import time
from pathlib import Path

from runner import bootstrap
from runner.console import RunError, say
from runner.environment import demo_env
from runner.interrupts import Interrupted
from runner.places import CLONE, PYTHON, Lock, State, data_folder
from runner.processes import Process, sweep
from runner.servers import Servers
from runner.supervisor import Supervisor, Tail, trim
from runner.valkey import port_is_free

PREPARE = ["manage.py", "demo_prepare"]
WEB = ["-m", "gunicorn", "dtac.wsgi:application", "--config", "python:dtac.server", "--bind"]
CELERY = ["-m", "celery", "-A", "dtac"]
WORKER = [*CELERY, "worker", "--pool", "threads", "--concurrency", "2", "--loglevel", "INFO"]
WORKER += ["--without-mingle", "--without-gossip"]
BEAT = [*CELERY, "beat", "--pidfile=", "--loglevel", "INFO", "--schedule"]

SIGN_INS = """\
  Sign in as           Password       Role
  staff@dtac.example   dartford-demo  Reporter, staff of a member shop
  store@dtac.example   dartford-demo  Member manager of the same shop
  other@dtac.example   dartford-demo  Reporter of another business
  police@dtac.example  dartford-demo  Partner agency
  intel@dtac.example   dartford-demo  Intelligence Manager
  board@dtac.example   dartford-demo  Board
  admin@dtac.example   dartford-demo  Superuser
  The last three are asked for a second step: the TOTP secret is JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP,
  and `./run manage demo_code` prints the code of the moment (`./run manage --port 8001 demo_code`
  for a demo on another port)."""


def demo(port: int, *, verbose: bool) -> int:
    """Bring everything up, keep it up until a stop is asked for, take it down."""
    began = time.monotonic()
    data = data_folder(port)
    lock = Lock(data / "run.lock")
    if not lock.take():
        raise RunError(in_use(data))
    supervisor = Supervisor(verbose=verbose)
    servers: Servers | None = None
    ready = False
    try:
        State(os.getpid(), "demo", port).write(data)
        sweep(data / "logs")
        if not port_is_free(port):
            raise RunError(
                f"Port {port} is taken by another program. Try `./run demo --port {port + 1}`."
            )
        bootstrap.ensure(bootstrap.RUNTIME)
        servers = Servers(data)
        bring_up(supervisor, servers, data, port)
        ready = True
        say(welcome(data, port, time.monotonic() - began))
        supervisor.run(until=lambda: False, every=0.2)
        return 0
    except Interrupted:
        return 0 if ready else 130
    finally:
        if supervisor.processes:
            say("\nStopping ...")
            stop(supervisor)
            say("Stopped.")
        if servers:
            servers.tidy()
        State.remove(data)
        lock.release()


def in_use(data: Path) -> str:
    """Say who else works on the data folder."""
    other = State.read(data)
    if other is None or other.command != "demo":
        name = other.command if other else "command"
        return f"Another `./run {name}` is using {data}; try again when it has ended."
    address = f"http://127.0.0.1:{other.port}/"
    return f"The demo is already running at {address} (process {other.pid}, data in {data})."


def bring_up(supervisor: Supervisor, servers: Servers, data: Path, port: int) -> None:
    """Start servers, prepare the database, start the programs, wait until the whole answers."""
    logs = data / "logs"
    for log in logs.glob("*.log"):
        trim(log)
    try:
        servers.start()
    finally:
        # Also when a stop was asked for in between: what the supervisor knows, it stops.
        for process in servers.processes:
            if process.running:
                supervisor.watch(process)
    env = demo_env(data, port, servers.database_url, servers.redis_url)
    State(os.getpid(), "demo", port, servers.database_url, servers.redis_url).write(data)

    def program(name: str, arguments: list[str], death: signal.Signals = signal.SIGTERM) -> Process:
        argv = [str(PYTHON), *arguments]
        return Process(name, argv, env, logs / f"{name}.log", cwd=str(CLONE), death_signal=death)

    prepare(supervisor, program("prepare", PREPARE))
    say("Starting the web server, the worker and the schedule ...")
    supervisor.watch(program("web", [*WEB, f"127.0.0.1:{port}"]))
    # On SIGTERM Celery finishes the jobs in hand first. After a kill -9 of the launcher nobody
    # would be there to bound that, so then it goes at once; a job cut off is delivered again.
    supervisor.watch(program("worker", WORKER, signal.SIGKILL))
    if not supervisor.run(until=lambda: answers(port), seconds=120):
        raise RunError(
            f"http://127.0.0.1:{port}/readyz/ does not say 200 after two minutes. "
            f"The logs are in {logs}."
        )
    # Whoever waits for the page waits for two processors: nobody waits for the schedule.
    supervisor.watch(program("beat", [*BEAT, str(data / "beat-schedule")]))


def prepare(supervisor: Supervisor, process: Process) -> None:
    """Migrate and load the demo's data, showing the command's own lines."""
    tail = Tail(process.log)
    process.start()

    def done() -> bool:
        tail.show()
        return not process.running

    try:
        supervisor.run(until=done)
    finally:
        ending = process.ending()
        process.kill()
        tail.show()
    if process.popen and process.popen.returncode:
        raise RunError(
            f"The database could not be prepared ({ending}). The whole log is {process.log}."
        )


def answers(port: int) -> bool:
    """Whether /readyz/ says 200: database, broker and worker are all there."""
    try:
        with socket.create_connection(("127.0.0.1", port), 0.5) as talk:
            talk.settimeout(5)
            request = (
                f"GET /readyz/ HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: dtac-run\r\n\r\n"
            )
            talk.sendall(request.encode())
            return talk.recv(64).split(b" ")[1:2] == [b"200"]
    except OSError:
        return False


def stop(supervisor: Supervisor) -> None:
    """Stop everything in reverse order: the programs first, then the servers they need."""
    servers = [each for each in supervisor.processes if each.name in ("postgres", "valkey")]
    programs = [each for each in supervisor.processes if each not in servers]
    supervisor.stop(programs)
    supervisor.stop(servers)


def welcome(data: Path, port: int, seconds: float) -> str:
    """Return what is printed when everything answers."""
    return f"""
D-TAC is ready at  http://127.0.0.1:{port}/  (after {seconds:.1f} s)

{SIGN_INS}

  Mail it sends   {data / "mail"}
  Logs            {data / "logs"}

Ctrl-C stops everything.
"""
