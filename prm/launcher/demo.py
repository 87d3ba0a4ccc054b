"""The whole product on this machine: services, data, web server, Celery worker and beat, until somebody stops it."""

import contextlib
import os
import shutil
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from prm.launcher import addresses, services
from prm.launcher.endings import Stopped, undisturbed
from prm.launcher.places import PROJECT, STATE, Place, private_folder
from prm.launcher.processes import Failed, Program, Supervisor
from prm.launcher.progress import say, step
from prm.launcher.stamps import Stamp, code_files, database_name, static_files

HOST = "127.0.0.1"
MANIFEST = PROJECT / "staticfiles" / "staticfiles.json"
LOCK_PATIENCE = 20.0
"""Seconds in which a launcher that stops, or what a killed one left behind, is gone."""


def demo(port: int, options: Sequence[str] = ()) -> int:
    """Run everything at http://127.0.0.1:`port` until Ctrl-C or SIGTERM; returns the exit code.

    `options` are those of `manage.py demo`: how much data.
    """
    place = Place(STATE)
    if not place.lock(0.3) and (place.holder_lives() or not wait_for_lock(place)):
        raise Failed(f"`make demo` already runs in this folder ({PROJECT}). Use that one, or stop it first.")
    running, products = Supervisor(), Supervisor()
    published = STATE / "addresses.json"
    try:
        refuse_busy_port(port)
        env = environment(place, port)
        services.start(place, env, running)
        addresses.write(published, env)
        sign_ins = prepare(place, env, options)
        for program in product(place, env, port):
            products.add(program)
        with step("The web server answers"):
            wait_for_web(port, products)
        wait_for_worker(products)
        welcome(port, sign_ins)
        while True:
            running.tick()
            products.tick()
            time.sleep(0.2)
    except Stopped:
        say("Stopping …")
        return 0
    finally:
        with undisturbed():
            place.announce_leaving()
            products.stop()
            published.unlink(missing_ok=True)
            running.stop()
            place.unlock()
            say("Stopped; nothing is left running")


def wait_for_lock(place: Place) -> bool:
    """Wait for what a killed launcher left to go; False when it does not."""
    say("Waiting for an earlier start in this folder to be gone …")
    return place.lock(LOCK_PATIENCE)


def refuse_busy_port(port: int) -> None:
    """Raise Failed, naming the remedy, when the port is taken."""
    with contextlib.closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            remedy = f"Choose another: make demo PORT={port + 1 if port < 65535 else 8000}"
            raise Failed(f"Port {port} on {HOST} cannot be used: {error}. {remedy}") from None


def environment(place: Place, port: int) -> dict[str, str]:
    """The environment of every process of the product. As in production, but for plain http on this machine."""
    env = addresses.surroundings()
    defaults = {
        "PRM_DEBUG": "0",
        "PRM_HTTPS": "0",
        "PRM_SITE_URL": f"http://{HOST}:{port}",
        "PRM_SECRET_KEY": addresses.kept_secret(place.folder / "secret-key"),
    }
    env |= {name: value for name, value in defaults.items() if not env.get(name)}
    metrics = place.folder / "metrics"  # what the web processes count, put together at /metrics
    shutil.rmtree(metrics, ignore_errors=True)
    env["PROMETHEUS_MULTIPROC_DIR"] = str(private_folder(metrics))
    return env


def prepare(place: Place, env: dict[str, str], options: Sequence[str]) -> str:
    """Bring database, demo data and static files up to date, each only if something changed; returns the sign-in names."""
    name = database_name(env)
    data = Stamp(place.folder, "data", [name, *options, *code_files()])
    static = Stamp(place.folder, "static", static_files())
    sign_ins = place.folder / "sign-ins.txt"
    static_program = command(place, env, "collectstatic", "--noinput", "--verbosity=0")
    began = time.monotonic()
    collected = static.fresh and MANIFEST.exists()
    if not collected:
        static_program.start()  # beside the migrations: it needs no database
    try:
        if data.fresh and sign_ins.exists():
            say("Database and demo data are up to date")
        else:
            with step("The database has today's tables"):
                command(place, env, "migrate", "--noinput").run()
            with step("Demo data is in"):
                sign_ins.write_text(load_demo_data(place, env, options))
            data.write()
        if not collected:
            if code := static_program.wait():
                raise Failed(f"collectstatic failed (exit code {code}).\n{static_program.last_lines()}")
            static.write()
            say(f"Static files are collected ({time.monotonic() - began:.1f} s, beside the above)")
    except BaseException:
        static_program.stop()
        raise
    return sign_ins.read_text()


def command(place: Place, env: dict[str, str], name: str, *arguments: str) -> Program:
    """A management command whose output goes to a log of its name."""
    log = place.logs / f"{name}.log"
    log.unlink(missing_ok=True)
    return Program(
        name=f"manage.py {name}",
        command=[sys.executable, "manage.py", name, *arguments],
        env=env,
        cwd=PROJECT,
        log=log,
        keep_open=place.inherited,
    )


def load_demo_data(place: Place, env: dict[str, str], options: Sequence[str]) -> str:
    """Run `manage.py demo`; returns what it printed about signing in."""
    program = command(place, env, "demo", *options)
    program.run()
    printed = (place.logs / "demo.log").read_text(errors="replace")
    return printed[max(printed.rfind("Demo data as of"), 0) :]


def product(place: Place, env: dict[str, str], port: int) -> list[Program]:
    """The web server, the Celery worker and Celery beat."""
    processors = os.cpu_count() or 2
    gunicorn = [
        "-m",
        "gunicorn",
        "prm.wsgi:application",
        f"--bind={HOST}:{port}",
        "--worker-class=gthread",
        "--workers=2",
    ]
    # Idle connections cost nothing here. One that is closed just as the next request arrives is an error to whoever asks.
    gunicorn += ["--threads=8", "--timeout=120", "--graceful-timeout=5", "--no-control-socket", "--keep-alive=75"]
    celery = ["-m", "celery", "-A", "prm"]
    worker = [
        "worker",
        "--loglevel=INFO",
        "--without-gossip",
        "--without-mingle",
        f"--concurrency={min(processors, 4)}",
    ]
    beat = ["beat", "--loglevel=INFO", "--pidfile="]
    commands = {"web": gunicorn, "worker": celery + worker, "beat": celery + beat}
    return [
        Program(
            name=name,
            command=[sys.executable, *words],
            env=env,
            cwd=PROJECT,
            log=place.logs / f"{name}.log",
            grace=8.0,
            keep_open=place.inherited,
        )
        for name, words in commands.items()
    ]


def wait_for_web(port: int, products: Supervisor, patience: float = 60.0) -> None:
    """Return once /healthz says yes; raises Failed with the end of the web server's log when it does not."""
    web = products.watched[0].program
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and web.poll() is None:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=5):
                return
        except urllib.error.HTTPError as answer:
            raise Failed(
                f"The web server is up but not well: /healthz answers {answer.code}.\n{web.last_lines()}"
            ) from None
        except OSError:
            time.sleep(0.1)
    raise Failed(f"The web server did not start.\n{web.last_lines()}")


def wait_for_worker(products: Supervisor, patience: float = 30.0) -> None:
    """Return once the Celery worker takes tasks. One that does not is told of, not fatal: it is restarted all the while."""
    log = products.watched[1].program
    deadline = time.monotonic() + patience
    while b" ready." not in log.output_of_this_run():
        products.tick()
        if time.monotonic() > deadline:
            say(f"The Celery worker is not ready; it is tried again and again. The end of its log:\n{log.last_lines()}")
            return
        time.sleep(0.1)
    say("The Celery worker takes tasks")


def welcome(port: int, sign_ins: str) -> None:
    """Say where everything is."""
    lines = [
        "",
        f"Ready: http://{HOST}:{port}",
        "",
        sign_ins.strip(),
        "",
        f"Logs: {relative(STATE / 'logs')}/   Stop: Ctrl-C",
        "",
    ]
    with contextlib.suppress(OSError):
        print("\n".join(lines), flush=True)


def relative(path: Path) -> str:
    """A path as seen from where we are, if it is below."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
