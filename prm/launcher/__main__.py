"""`python -m prm.launcher demo [--port N] [what `manage.py demo` takes] | test [pytest's arguments] | run COMMAND…`."""

import argparse
import os
import sys

from prm.launcher.demo import demo
from prm.launcher.endings import Stopped, listen
from prm.launcher.processes import Failed
from prm.launcher.run import run, run_tests


def main(arguments: list[str]) -> int:
    """Do what the command line says; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m prm.launcher", description=__doc__)
    parser.add_argument(
        "--stop-with-parent", action="store_true", help="stop when the process that started this one ends"
    )
    parser.add_argument("command", choices=["demo", "test", "run"])
    named = next((place for place, word in enumerate(arguments) if not word.startswith("-")), len(arguments) - 1)
    options, rest = parser.parse_args(arguments[: named + 1]), arguments[named + 1 :]
    listen(with_parent=options.stop_with_parent)
    try:
        if options.command == "demo":
            return demo(*port_and_rest(rest))
        if options.command == "test":
            return run_tests(rest)
        return run(rest[1:] if rest[:1] == ["--"] else rest)
    except Failed as reason:
        print(reason, file=sys.stderr)
        return 1
    except Stopped as request:
        return 128 + request.number


def port_and_rest(arguments: list[str]) -> tuple[int, list[str]]:
    """The port for the demo (--port, else PORT from the environment, else 8000), and what `manage.py demo` shall get."""
    parser = argparse.ArgumentParser(prog="python -m prm.launcher demo", add_help=False)
    parser.add_argument("--port", default=os.environ.get("PORT") or "8000")
    options, rest = parser.parse_known_args(arguments)
    port = str(options.port)
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise Failed(f"PORT must be a number from 1 to 65535, not {port!r}.")
    return int(port), rest


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
