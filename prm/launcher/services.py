"""PostgreSQL and Valkey, each started unless the environment names another."""

from prm.launcher.places import Place
from prm.launcher.postgres import Postgres
from prm.launcher.processes import Supervisor
from prm.launcher.progress import say, step
from prm.launcher.valkey import Valkey


def start(place: Place, env: dict[str, str], supervisor: Supervisor, *, fast: bool = False) -> None:
    """Start what the environment does not name, and put the addresses into `env`.

    `fast` trades safety against a loss of power for speed: for tests.
    """
    clean = {name: value for name, value in env.items() if not name.startswith(("PG", "PRM_"))}
    if env.get("DATABASE_URL"):
        say("PostgreSQL: the one that DATABASE_URL names")
    else:
        with step("PostgreSQL runs"):
            postgres = Postgres(place, clean, fast=fast)
            if postgres.prepare():
                say(f"PostgreSQL: made a new data folder, {postgres.data}")
            server = postgres.server()
            supervisor.add(server)
            postgres.wait_until_ready(server)
        env["DATABASE_URL"] = postgres.url
    if env.get("REDIS_URL"):
        say("Broker: the one that REDIS_URL names")
    else:
        with step("Valkey runs"):
            valkey = Valkey(place, clean, fast=fast)
            server = valkey.server()
            supervisor.add(server)
            valkey.wait_until_ready(server)
        env["REDIS_URL"] = valkey.url
