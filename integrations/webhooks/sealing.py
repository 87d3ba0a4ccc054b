"""Secrets that have to be read again: encrypted with a key made of the product's own secret."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """The secret was encrypted under another PRM_SECRET_KEY. Rotate it to go on."""


def seal(secret: str) -> bytes:
    """The secret, encrypted."""
    return _keys().encrypt(secret.encode())


def unseal(sealed: bytes | memoryview) -> str:
    """The secret. Unreadable when it was sealed under a key that is not known any more."""
    try:
        return _keys().decrypt(bytes(sealed)).decode()
    except InvalidToken:
        raise Unreadable("The secret cannot be read: PRM_SECRET_KEY has changed. Rotate the secret.") from None


def _keys() -> MultiFernet:
    """The key of now first, then those of before."""
    return MultiFernet([_key(str(each)) for each in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str | bytes) -> Fernet:
    raw = secret.encode() if isinstance(secret, str) else secret
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"webhook secrets").derive(raw)
    return Fernet(base64.urlsafe_b64encode(made))
