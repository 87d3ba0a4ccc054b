"""Words that anybody would guess first here: a password may not be made of them."""

from __future__ import annotations

import re

from django.conf import settings
from django.core.exceptions import ValidationError

WORDS = ("partner", "portal", "console", "segment", "channel", "vendor", "password", "welcome", "administrator")
"""Of the product; the organisation's name comes besides."""
REST = 6
"""So many letters or digits have to be left when those words are taken away."""


class GuessableHereValidator:
    """Refuses what is little more than the product's words and the organisation's name, such as "Northwind-Portal-2026"."""

    def validate(self, password: str, user: object = None) -> None:
        """ValidationError when too little is left."""
        rest = password.casefold()
        for word in sorted(self._words(), key=len, reverse=True):
            rest = rest.replace(word, "")
        has_one = rest != password.casefold()
        rest = re.sub(r"(19|20)\d\d|[\W_]", "", rest)
        if has_one and len(rest) < REST:
            raise ValidationError(self.get_help_text(), code="password_guessable_here")

    def get_help_text(self) -> str:
        """What is asked for."""
        return "Your password can't be made of the organisation's name or the product's own words."

    def _words(self) -> set[str]:
        name = re.findall(r"\w{4,}", settings.ORGANISATION_NAME.casefold())
        return {*WORDS, *name}
