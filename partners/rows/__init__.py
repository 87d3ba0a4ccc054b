"""From the text of a cell, or a value of JSON, to a typed value of a field. Pure values.

`read` takes the text of a file's cell, `accept` a value of JSON or of a form; both give None where the value is missing and
raise ValueError with a reason that says what would be right. `stored` is the form a custom attribute keeps in JSON.
"""

from partners.rows.cells import Formats, clean, fold, is_missing
from partners.rows.dates import DateOrder, Dates, check_date_format
from partners.rows.inferring import Profile, infer_type
from partners.rows.numbers import Numbers
from partners.rows.values import Invalid, Resolver, UnknownChoice, Value, accept, external_id, read, stored

__all__ = [
    "DateOrder",
    "Dates",
    "Formats",
    "Invalid",
    "Numbers",
    "Profile",
    "Resolver",
    "UnknownChoice",
    "Value",
    "accept",
    "check_date_format",
    "clean",
    "external_id",
    "fold",
    "infer_type",
    "is_missing",
    "read",
    "stored",
]
