"""The people and records of the console's tests."""

from tests.partners.console.conftest import people, records, sign_in

__all__ = ["people", "records", "sign_in"]
