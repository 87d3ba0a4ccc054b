"""`.env.example` is the list of settings."""

import re

from prm.launcher.places import PROJECT

NAME = r"(?:PRM_[A-Z_]+|DATABASE_URL|REDIS_URL)"


def test_env_example__compared_with_the_settings__lists_each_and_no_other():
    files = [*(PROJECT / "prm" / "settings").glob("*.py"), PROJECT / "prm" / "env.py"]
    code = "".join(file.read_text() for file in files)
    read = set(re.findall(rf'"({NAME})"', code))
    listed = re.findall(rf"^#?({NAME})=", (PROJECT / ".env.example").read_text(), re.MULTILINE)
    assert read
    assert sorted(listed) == sorted(read)
