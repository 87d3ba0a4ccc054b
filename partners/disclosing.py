"""Values of sensitive attributes: masked wherever a page shows them, and noted whenever somebody is told them."""

from __future__ import annotations

from collections.abc import Iterable

from partners.models import Disclosure
from partners.vocabulary import Field
from people.roles import INTEGRATION, Viewer

MASK = "••••••"
"""What stands in a value's place, whatever its length."""


def note_disclosure(*, viewer: Viewer, fields: Iterable[Field], of: str) -> int:
    """Write down that the viewer is told the values of those of the fields that are sensitive. Returns how many are.

    `of`: whose values they are, such as "partner P-1" or "a file of partners".
    """
    told = [field.label for field in fields if field.sensitive]
    if told:
        who = f" to the API key {viewer}" if viewer.role == INTEGRATION else ""
        Disclosure.objects.create(user_id=viewer.pk, label=f"{', '.join(told)} of {of}{who}"[:500])
    return len(told)
