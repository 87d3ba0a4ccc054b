"""Notes about partners and customers: written by colleagues, taken away by whoever wrote them."""

from __future__ import annotations

from partners.models import Customer, Note, Partner
from people import roles
from people.models import User

LONGEST = 5_000


def write_note(*, record: Partner | Customer, text: str, author: User) -> Note:
    """A note. ValueError when there is nothing in it, or too much."""
    text = text.replace("\x00", "").strip()
    if not text:
        raise ValueError("Write something first.")
    if len(text) > LONGEST:
        raise ValueError(f"A note has at most {LONGEST:,} characters; this one has {len(text):,}.")
    about = {"partner": record} if isinstance(record, Partner) else {"customer": record}
    return Note.objects.create(text=text, author=author, **about)


def may_delete(note: Note, user: User) -> bool:
    """Its author, or an administrator."""
    return note.author_id == user.pk or roles.may_administer(user)
