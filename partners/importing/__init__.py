"""Records in, by file or by row: cleaned, upserted by external id, bad rows handed back with the reason.

Files and API rows go the same way: checked value by value, copied into a staging table, settled by set-based statements.
"""

from partners.importing.correcting import corrected, mended
from partners.importing.files import ImportResult, Reject, import_file
from partners.importing.mapping import Mapped, parse_mapping, suggest
from partners.importing.options import Options
from partners.importing.reading import FileProblem, Source
from partners.importing.runs import (
    LEASE,
    ImportRefused,
    Inspection,
    inspect_file,
    request_apply,
    request_dry_run,
    run,
    start_import,
)
from partners.importing.upserting import RowError, RowResult, UpsertResult, upsert_rows

__all__ = [
    "LEASE",
    "FileProblem",
    "ImportRefused",
    "ImportResult",
    "Inspection",
    "Mapped",
    "Options",
    "Reject",
    "RowError",
    "RowResult",
    "Source",
    "UpsertResult",
    "corrected",
    "import_file",
    "inspect_file",
    "mended",
    "parse_mapping",
    "request_apply",
    "request_dry_run",
    "run",
    "start_import",
    "suggest",
    "upsert_rows",
]
