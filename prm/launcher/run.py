"""A command — the tests, or any other — on services of its own that go when it ends."""

import signal
import sys
from collections.abc import Sequence

from prm.launcher import services
from prm.launcher.addresses import surroundings
from prm.launcher.endings import Stopped, undisturbed
from prm.launcher.places import PROJECT, Place, place_for_tests
from prm.launcher.processes import Program, Supervisor
from prm.launcher.progress import say

SECRET = "only-for-tests-" + "x" * 40


def environment_for_tests(place: Place) -> dict[str, str]:
    """The environment for tests: the person's own, without the settings that would make one machine differ from another."""
    env = {name: value for name, value in surroundings().items() if not name.startswith("PRM_")}
    env |= {
        "PRM_DEBUG": "1",
        "PRM_HTTPS": "0",
        "PRM_SECRET_KEY": SECRET,
        "PRM_MEDIA_ROOT": str(place.folder / "media"),
        "PRM_LOG_LEVEL": "WARNING",
        "PRM_TEST_STATE": str(place.folder),
    }
    return env


def run(command: Sequence[str]) -> int:
    """Run the command with DATABASE_URL and REDIS_URL set; returns its exit code."""
    place = place_for_tests()
    env = environment_for_tests(place)
    supervisor = Supervisor()
    program = Program(
        name=command[0],
        command=command,
        env=env,
        cwd=PROJECT,
        stop_signal=signal.SIGINT,
        grace=20.0,
        keep_open=place.inherited,
    )
    try:
        services.start(place, env, supervisor, fast=True)
        program.env = env
        program.start()
        while (code := program.poll()) is None:
            supervisor.tick()
            program.pause()
        return code
    except Stopped as request:
        say("Stopping …")
        return 128 + request.number
    finally:
        with undisturbed():
            program.stop()
            supervisor.stop()
            place.unlock()


def run_tests(arguments: Sequence[str]) -> int:
    """Run pytest; the arguments are pytest's."""
    return run([sys.executable, "-m", "pytest", *arguments])
