"""How the product learns where its services are."""

import pytest

from prm import env
from prm.launcher import addresses
from prm.launcher.places import Place
from tests.plugin import broker_for_tests


@pytest.fixture
def state(tmp_path, monkeypatch):
    place = Place(tmp_path)
    addresses.write(tmp_path / "addresses.json", {"DATABASE_URL": "postgres://there/it", "OTHER": "secret"})
    monkeypatch.setattr(env, "STATE_DIR", tmp_path)
    monkeypatch.setattr(env, "ADDRESSES", tmp_path / "addresses.json")
    monkeypatch.setattr(env, "BASE_DIR", tmp_path)
    monkeypatch.delenv("DATABASE_URL")
    yield place
    place.unlock()


def test_environment__launcher_runs__its_addresses_are_found(state, monkeypatch):
    state.lock()
    monkeypatch.setenv("OTHER", "mine")
    env.fill_environment()
    assert env.service_url("DATABASE_URL") == "postgres://there/it"
    assert (state.folder / "addresses.json").stat().st_mode & 0o777 == 0o600


def test_environment__launcher_was_killed__its_addresses_do_not_count(state):
    env.fill_environment()
    with pytest.raises(env.ImproperlyConfigured, match="make demo"):
        env.service_url("DATABASE_URL")


def test_environment__dotenv_names_a_database__the_launcher_does_not_override(state, tmp_path):
    state.lock()
    (tmp_path / ".env").write_text("DATABASE_URL=postgres://mine/own\n")
    env.fill_environment()
    assert env.service_url("DATABASE_URL") == "postgres://mine/own"


def test_dotenv__comments_quotes_and_exports__are_read_as_the_settings_read_them(tmp_path):
    file = tmp_path / ".env"
    file.write_text("# note\nA=1\nexport B='two words'\nC=\"x=y\"\n\nbroken\n")
    assert addresses.read_dotenv(file) == {"A": "1", "B": "two words", "C": "x=y"}
    assert addresses.read_dotenv(tmp_path / "none") == {}


def test_secret__asked_twice__is_the_same_and_private(tmp_path):
    path = tmp_path / "secret"
    assert addresses.kept_secret(path) == addresses.kept_secret(path)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("broker", "expected"),
    [
        ("redis+socket:///s/v.sock", "unix:///s/v.sock?db=0"),
        ("redis+socket:///s/v.sock?virtual_host=9", "unix:///s/v.sock?db=9"),
        ("redis://:pw@host:6379/3", "redis://:pw@host:6379/3"),
        ("rediss://host/0", "rediss://host/0"),
    ],
)
def test_cache_url__each_kind_of_broker__is_spelled_for_the_cache(broker, expected):
    assert env.cache_url(broker) == expected


@pytest.mark.parametrize(
    ("given", "worker", "expected"),
    [
        ("redis+socket:///s/v.sock", "", "redis+socket:///s/v.sock?virtual_host=8"),
        ("redis+socket:///s/v.sock?virtual_host=2", "gw1", "redis+socket:///s/v.sock?virtual_host=9"),
        ("redis://host:6379/0", "gw0", "redis://host:6379/8"),
        ("redis://host:6379", "gw2", "redis://host:6379/10"),
        ("redis://host:6379/", "", "redis://host:6379/8"),
    ],
)
def test_broker_for_tests__each_xdist_worker__has_a_database_of_its_own(given, worker, expected):
    assert broker_for_tests(given, worker) == expected
