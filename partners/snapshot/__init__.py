"""The columns of a large population, kept on disk and mapped into memory, so that a preview need not load them.

A base is written from one database snapshot and says which; what was committed since is told by the marks of
`partners.touching`, and only those subjects are read again. So the answer is that of a full load in the same transaction,
whoever writes meanwhile. Where there is no base that serves, columns are loaded from the database.
"""

from partners.snapshot.serving import Sides, count, keeps, sides, table
from partners.snapshot.writing import is_due, write

__all__ = ["Sides", "count", "is_due", "keeps", "sides", "table", "write"]
