"""When two names of a company or a product mean the same. Pure values."""

from __future__ import annotations

import re

from partners.rows.cells import fold

LEGAL_FORMS = frozenset(
    "ab ag as asa bv co company corp corporation gmbh inc incorporated kg kft limited llc llp ltd mbh nv oy oyj plc pty"
    " sa sarl sas se spa srl sro zrt".split()
)
"""What is left off the end of a company's name."""
_APART = re.compile(r"[^\w]+|_")


def product_key(name: str) -> str:
    """A product's name without case, accents and punctuation."""
    return " ".join(_APART.sub(" ", fold(name)).split())


def company_key(name: str) -> str:
    """A company's name likewise, and without its legal form: "ACME Cloud, Inc." and "Acme-Cloud" are one."""
    words = _APART.sub(" ", fold(name).replace(".", "").replace("&", " and ")).split()
    kept = list(words)
    while len(kept) > 1 and kept[-1] in LEGAL_FORMS:
        kept.pop()
    return " ".join(kept)
