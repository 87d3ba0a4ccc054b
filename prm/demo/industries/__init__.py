"""The industries that the demo can be set in, each with a vendor of its own. Pure."""

from prm.demo.industries.profile import Kind, Line, Profile, Reach, Word
from prm.demo.industries.vendors import DEFAULT, PROFILES

__all__ = ["DEFAULT", "PROFILES", "Kind", "Line", "Profile", "Reach", "Word"]
