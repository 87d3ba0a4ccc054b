"""PostgreSQL and Valkey out of their wheels."""

import os
import shutil
import signal
from pathlib import Path

import psycopg2
import pytest
import redis

from prm.launcher.places import Place, takes_sockets
from prm.launcher.postgres import Disguise, Postgres, disguise, nobody
from prm.launcher.valkey import Valkey

ENV = {"PATH": os.environ["PATH"]}


def ways() -> list[Disguise]:
    """Every way in which who we are can start PostgreSQL here."""
    if os.geteuid() != 0:
        return [Disguise()]
    preferred, other = disguise(), Disguise(user=nobody())
    return [other] if preferred == other else [preferred, other]


def ask(postgres: Postgres, statement: str) -> object:
    connection = psycopg2.connect(host=str(postgres.socket_folder), user="postgres", dbname="postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
        answer = cursor.fetchone() if cursor.description else None
    connection.close()
    return answer and answer[0]


@pytest.fixture(params=ways(), ids=lambda way: "user" if way.user else "namespace" if way.prefix else "plain")
def postgres(request, tmp_path):
    place = Place(tmp_path / "state")
    it = Postgres(place, ENV, fast=True, how=request.param)
    yield it
    if it.how.user:
        shutil.rmtree(it.home)


def test_postgres__first_start__serves_text_in_any_script_on_a_private_socket(postgres):
    assert postgres.prepare() is True
    server = postgres.server()
    server.start()
    try:
        postgres.wait_until_ready(server)
        assert ask(postgres, "SELECT lower('ÉCOLE Ä')") == "école ä"
        assert ask(postgres, "SHOW listen_addresses") == ""
        assert postgres.data.stat().st_mode & 0o777 == 0o700
        assert postgres.socket_folder.stat().st_mode & 0o777 == 0o700
    finally:
        server.stop()


def test_postgres__killed_and_its_number_taken_by_another__starts_again_with_its_rows(postgres):
    postgres.prepare()
    server = postgres.server()
    server.start()
    postgres.wait_until_ready(server)
    ask(postgres, "CREATE TABLE kept AS SELECT 42 AS answer")
    lock = postgres.data / "postmaster.pid"
    number, _, rest = lock.read_text().partition("\n")
    os.kill(int(number), signal.SIGKILL)
    server.wait()
    assert lock.exists()
    lock.write_text(f"{os.getpid()}\n{rest}")
    assert postgres.prepare() is False
    server.start()
    try:
        postgres.wait_until_ready(server)
        assert ask(postgres, "SELECT answer FROM kept") == 42
    finally:
        server.stop()


def test_postgres__initialisation_cut_short__starts_over(postgres):
    place = Place(postgres.place.folder)
    (place.folder / f"{postgres.data.name}-building").mkdir()
    (place.folder / f"{postgres.data.name}-building" / "half").write_text("half")
    assert postgres.prepare() is True
    assert (postgres.data / "PG_VERSION").exists()


def test_valkey__restarted__keeps_what_was_queued(tmp_path):
    valkey = Valkey(Place(tmp_path / "state"), ENV)
    server = valkey.server()
    for expected in (1, 2):
        server.start()
        valkey.wait_until_ready(server)
        client = redis.Redis(unix_socket_path=str(valkey.socket))
        assert client.lpush("queue", "task") == expected
        client.close()
        server.stop()


def test_sockets__path_too_long__private_folder_elsewhere(tmp_path):
    place = Place(tmp_path / ("long" * 25))
    sockets = place.sockets()
    assert takes_sockets(sockets)
    assert not sockets.is_relative_to(tmp_path)
    assert sockets.stat().st_mode & 0o777 == 0o700
    assert place.sockets() == sockets
    shutil.rmtree(sockets)


def test_sockets__usual_path__inside_the_state_folder():
    folder = Path(f"/tmp/prm-test-{os.getpid()}")
    place = Place(folder)
    assert place.sockets() == folder / "run"
    shutil.rmtree(folder)


def test_lock__folder_in_use__second_is_refused_until_the_first_lets_go(tmp_path):
    first, second = Place(tmp_path / "state"), Place(tmp_path / "state")
    assert first.lock()
    assert not second.lock()
    assert second.holder_lives()
    first.announce_leaving()
    assert not second.holder_lives()
    first.unlock()
    assert second.lock()
    second.unlock()
