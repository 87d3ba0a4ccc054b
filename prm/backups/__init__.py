"""Everything the product keeps, in one file, and back again: the database as of one instant, and the uploaded files.

The file is a tar archive: `database.dump` (pg_dump's custom format), `files/…`, and `about.json`, which is written last: an
archive that has it is complete.
"""

from prm.backups.archive import About, Unusable
from prm.backups.making import make
from prm.backups.restoring import NotEmpty, Restored, restore

__all__ = ["About", "NotEmpty", "Restored", "Unusable", "make", "restore"]
