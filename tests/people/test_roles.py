"""What each role may do."""

import pytest

from people import roles
from people.models import User

CASES = [
    (roles.ADMINISTRATOR, True, False, True, True),
    (roles.CHANNEL_MANAGER, True, False, True, False),
    (roles.ANALYST, True, False, False, False),
    (roles.PARTNER_ADMIN, False, True, False, False),
    (roles.PARTNER_MEMBER, False, True, False, False),
    (roles.INTEGRATION, True, False, True, True),
    ("something else", False, False, False, False),
]


@pytest.mark.parametrize(("role", "vendor", "partner", "edits", "administers"), CASES)
def test_role__each__may_do_just_this(role: str, vendor: bool, partner: bool, edits: bool, administers: bool) -> None:
    viewer = User(role=role)
    said = (
        roles.is_vendor(viewer),
        roles.is_partner(viewer),
        roles.may_edit(viewer),
        roles.may_administer(viewer),
    )
    assert said == (vendor, partner, edits, administers)
    assert viewer.is_staff == (role == roles.ADMINISTRATOR)
