"""Good files and bodies, and what makes them worse. All of it follows from the `Random` given."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

import openpyxl

CSV = {
    "partner": "id,name,employees,annual_revenue,joined_on,verticals,parent,postal code,note\n"
    'M1,Alder,12,"1,200.50",2020-01-31,retail;energy,,08174,first\n'
    'M2,"Birch, Sons",7,300,2019-12-01,,M1,98104,"two\nlines"\n'
    "M3,Čedar,,0,31.03.2021,energy,M2,,=1+1\n"
    'M4,"Douglas ""D"" Fir",1000000,-5.25,,retail,,1,NULL\n'
    "M5,Elm,3,1e3,2020-02-29,,,00501,\n",
    "customer": "customer id;name;employees;needs;adoption level;partners;seen at\n"
    "M1;Aster;12,5;;;P1;2024-03-31T10:00:00Z\nM2;Begonia;1.058,25;;;P1|P2;\nM3;Clover;;;;;2024-03-31 10:00\n",
    "deal": "deal_id\tpartner\tcustomer\tstage\tamount\tcurrency\tclosed_on\n"
    "M1\tP1\tC1\twon\t10.50\tEUR\t11/14/2023\nM2\tP2\t\topen\t\tusd\t\nM3\tP1\t\tlost\t0\t\t01/02/2023\n",
}
NASTY = [
    "", " ", ",", ";", "|", "\t", '"', '""', '"""', "'", "\n", "\r", "\r\n", "\n\n", "\x00", "\x1a", "\x0b", "\x85", "\u2028",
    "\ufeff", "\ufffe", "\u200b", "\u202e", "e\u0301", "İ", "ß", "😀", "NA", "NULL", "#N/A", "null", "None", "true", "TRUE",
    "1", "-1", "+1", "-0", "0", "00", "1e5", "1e999", "1e-999", "1E+400", "NaN", "Infinity", "-inf", "1,058", "1.058",
    "2,024,994", "18.3 MM", "9" * 30, "9" * 10_000, "0." + "1" * 5_000, "٣", "½", "२०२०-०१-०१", "9999-12-31", "0000-00-00",
    "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "20-10-16", "00:00.0", "11/14/2003 0:00", "2050-01-01",
    "=1+1", "@x", "-x", "+x", "=cmd|' /C calc'!A0", "../../etc", "M1", "m1", " M1 ", "M1\u200b", "a/b", ".", "..", "%00", "\\N",
    "\\.", "\\", "{}", "{a}", "[]", '["retail"]', "[" * 3_000, "['x']", "retail;;energy", "segment", "x" * 5_000, "name", "id",
    "<b>", "%s", "{0}", "$1", "\\t", "sep=;", "external_id",
]  # fmt: skip
ENCODINGS = [
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "cp1252",
    "latin-1",
    "shift_jis",
    "utf-7",
]


def some(random: Random) -> str:
    """A nasty piece of text."""
    return random.choice(NASTY)


# --- bytes ----------------------------------------------------------------------------------------------------------
def flipped(data: bytes, random: Random) -> bytes:
    """Some bytes are others."""
    changed = bytearray(data)
    for _ in range(random.choice([1, 1, 3, 20])):
        if changed:
            changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def cut(data: bytes, random: Random) -> bytes:
    """The end is missing, or a piece within."""
    start = random.randrange(len(data) + 1)
    return data[:start] + (b"" if random.random() < 0.5 else data[start + random.randrange(1, 40) :])


def doubled(data: bytes, random: Random) -> bytes:
    """A piece stands twice, or at another place too."""
    start = random.randrange(len(data) + 1)
    piece, at = data[start : start + random.randrange(1, 200)], random.randrange(len(data) + 1)
    return data[:at] + piece + data[at:]


def stuffed(data: bytes, random: Random) -> bytes:
    """Something nasty stands within."""
    at = random.randrange(len(data) + 1)
    raw = random.choice(
        [some(random).encode(), some(random).encode(), b"\xff", b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\x81"]
    )
    return data[:at] + raw + data[at:]


# --- CSV ------------------------------------------------------------------------------------------------------------
def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def recoded(data: bytes, random: Random) -> bytes:
    """In another encoding, or in two."""
    text, encoding = _text(data), random.choice(ENCODINGS)
    if random.random() < 0.3:
        half = random.randrange(len(text) + 1)
        return text[:half].encode("utf-8") + text[half:].encode(encoding, "replace")
    return text.encode(encoding, "replace")


def cells_changed(data: bytes, random: Random) -> bytes:
    """Some cells hold something nasty: bare, or in quotes."""
    parts = re.split(r"([,;\t|\n])", _text(data))
    for _ in range(random.choice([1, 2, 5])):
        at = random.randrange(0, len(parts), 2)
        text = some(random)
        parts[at] = text if random.random() < 0.6 else '"' + text.replace('"', '""') + '"'
    return "".join(parts).encode()


def framed_otherwise(data: bytes, random: Random) -> bytes:
    """Another delimiter, line end, mark or first line; here and there or throughout."""
    text = _text(data)
    often = random.choice([0.1, 1.0])
    old, new = random.choice(list(",;\t|")), random.choice(list(",;\t|:^ "))
    end = random.choice(["\r\n", "\r", "\n", "\n\r", "\x85", "\u2028"])
    swap = {old: new, "\n": end} if random.random() < 0.7 else {old: new}
    text = "".join(swap.get(c, c) if random.random() < often else c for c in text)
    start = random.choice(
        ["", "", "\ufeff", "\ufeff\ufeff", f"sep={new}\n", 'sep="\n', "sep=\\\r\n", "\n\n", ",,,\n", "a title\n"]
    )
    return (start + text.rstrip("\n" if random.random() < 0.5 else "")).encode()


def lines_moved(data: bytes, random: Random) -> bytes:
    """Lines stand elsewhere, twice, not at all, or among many that say nothing."""
    lines = _text(data).split("\n")
    match random.randrange(5):
        case 0:
            random.shuffle(lines)
        case 1:
            lines += random.choices(lines, k=5)
        case 2:
            del lines[random.randrange(len(lines))]
        case 3:
            lines[random.randrange(len(lines)) :] = ["," * random.choice([1, 8, 9])] * random.choice([3, 2_000])
        case _:
            lines.insert(random.randrange(len(lines)), random.choice(["", " ", "Total;5", "-----", '"', "# note"]))
    return "\n".join(lines).encode()


def widened(data: bytes, random: Random) -> bytes:
    """Thousands of columns, headers that repeat or are empty, or one huge cell."""
    lines = _text(data).split("\n")
    count = random.choice([5, 60, 60, 2_000])
    match random.randrange(4):
        case 0:
            lines[0] += "".join(f",c{n}" for n in range(count))
            lines[1:] = [line + ",x" * count for line in lines[1:]]
        case 1:
            lines[0] += "," + ",".join(
                random.choice(["", "name", "x", " ", "(a)", "é", "9", some(random)]) for _ in range(9)
            )
            lines[1:] = [line + ",v" * 9 for line in lines[1:]]
        case 2:
            lines[random.randrange(len(lines))] += "," * count
        case _:
            lines[-min(2, len(lines))] += "y" * 900_000
    return "\n".join(lines).encode()


Mutator = Callable[[bytes, Random], bytes]
BYTES: list[Mutator] = [flipped, cut, doubled, stuffed]
TEXT: list[Mutator] = [recoded, cells_changed, cells_changed, framed_otherwise, lines_moved, widened]


def csv_file(random: Random, subject: str) -> bytes:
    """A CSV file of the subject, made worse once, twice or three times."""
    data = CSV[subject].encode()
    for _ in range(random.choice([1, 1, 2, 3])):
        data = random.choice(TEXT if random.random() < 0.65 else BYTES)(data, random)
    return data


# --- workbooks ------------------------------------------------------------------------------------------------------
@cache
def workbook() -> dict[str, bytes]:
    """The parts of a good workbook: texts, numbers, dates, a formula, a hidden sheet."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["id", "name", "employees", "joined_on", "city", "flag"])
    for number in range(1, 7):
        sheet.append([f"M{number}", f"Firm {number}", number * 1.5, None, "Køge", number % 2 == 0])
        sheet.cell(number + 1, 4).value = f"2020-01-{number:02}"
    sheet.cell(5, 5).value = "=1+1"
    book.create_sheet("other").append(["x"])
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


def zipped(parts: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The parts as one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


ENTITIES = b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]>"
XML = [
    (rb' r="\d+"', lambda r: b' r="%d"' % r.choice([0, 1, 3, 7, 1_048_576, 10**9, 10**15])),
    (rb' r="[A-F]\d"', lambda r: r.choice([b' r="XFD2"', b' r="ZZZZ1"', b' r="A0"', b' r="1A"', b' r=""', b"", b' r="A1"'])),
    (rb' t="\w+"', lambda r: r.choice([b' t="s"', b' t="n"', b' t="b"', b' t="e"', b' t="d"', b' t="inlineStr"', b' t="?"'])),
    (rb' s="\d+"', lambda r: r.choice([b' s="1"', b' s="99"', b' s="x"', b' s="-1"'])),
    (rb"<v>[^<]*</v>", lambda r: b"<v>%s</v>" % r.choice([b"", b"-1", b"999", b"1e999", b"NaN", b"9" * 10_000, b"x", b"0x1"])),
    (rb"<t>[^<]*</t>", lambda r: b"<t>%s</t>" % r.choice([b"", b"_x0000_", b"&#10;", b"\xff", b"M1", b"x" * 99_999, b"&#xD800;"])),
    (rb"<c ", lambda r: r.choice([b"<c><f>1+1</f></c><c ", b"<c/><c ", b"<x/><c ", b"<c r='D9'/><c "])),
    (rb"</row>", lambda r: r.choice([b"", b"</row><row/>", b'</row><row r="2"><c t="inlineStr"><is><t>Q</t></is></c></row>'])),
    (rb"^", lambda r: r.choice([b"\xef\xbb\xbf", ENTITIES, b" ", b"<?xml version='1.0' encoding='x'?>"])),
    (rb'encoding="[^"]*"', lambda r: b'encoding="%s"' % r.choice([b"utf-16", b"latin-1", b"nope"])),
    (rb'state="\w+"', lambda r: r.choice([b'state="hidden"', b'state="veryHidden"', b'state="?"'])),
    (rb'(Target|PartName|Type|Id|r:id|sheetId)="[^"]*"', lambda r: r.choice([b'Target="/x.xml"', b"", b'Id="9"'])),
]  # fmt: skip


def xlsx_file(random: Random, _subject: str = "") -> bytes:
    """A workbook with parts changed, missing, twice, packed otherwise; or damaged as a file."""
    parts = dict(workbook())
    for _ in range(random.choice([1, 1, 2, 4])):
        names = [name for name in parts if name.startswith("xl/w")] if random.random() < 0.6 else list(parts)
        name = random.choice(names or ["x"])
        data = parts.get(name, b"")
        match random.randrange(8):
            case 0:
                parts[name] = random.choice(BYTES)(data, random)
            case 1:
                parts.pop(name, None)
            case 2:
                parts[name] = random.choice(
                    [b"", b"\x00" * 5_000_000, b"<a>" * 5_000, data.decode(errors="replace").encode("utf-16")]
                )
            case 3:
                parts[name] = random.choice(list(parts.values()) or [b""])
            case _:
                pattern, make = random.choice(XML)
                places = list(re.finditer(pattern, data))
                if places:
                    place = random.choice(places)
                    parts[name] = data[: place.start()] + make(random) + data[place.end() :]
    file = zipped(
        parts, random.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2])
    )
    return random.choice(BYTES)(file, random) if random.random() < 0.3 else file


# --- JSON -----------------------------------------------------------------------------------------------------------
RECORDS: dict[str, list[dict[str, Any]]] = {
    "partners": [
        {"external_id": "M1", "name": "Alder", "employees": 12, "annual_revenue": "1200.50", "verticals": ["retail"]},
        {"external_id": "M2", "name": "Birch", "parent": "M1", "joined_on": "2020-01-31", "tier": "gold"},
        {"external_id": "P1", "city": "Køge", "employees": None},
    ],
    "customers": [
        {"external_id": "M1", "name": "Aster", "partners": ["P1", "P2"], "employees": "12.5"},
        {"external_id": "C1", "needs": []},
    ],
    "deals": [
        {"external_id": "M1", "partner": "P1", "customer": "C1", "amount": "10.50", "currency": "EUR", "stage": "won"},
        {"external_id": "M2", "partner": "P2", "closed_on": "2020-01-31"},
    ],
}
RAW = [
    "NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1e-999", "9" * 4_000, "9" * 10_000, "-" + "9" * 10_000, "0." + "3" * 10_000,
    '"\\ud800"', '"\\udc00\\ud800"', '"a\\u0000"', '"\\u0000"', "[" * 500 + "]" * 500, "[" * 990 + "]" * 990, "[" * 50_000,
    '{"a":' * 400 + "1" + "}" * 400, '{"a":' * 90_000, "{}", "[]", "[[]]", "[null]", "[1]", '["\\ud800"]', '[{"a":"\\ud800"}]',
    "true", "false", "null", "0", "-0", "-0.0", "1", "01", "1.", ".5", "+1", "0x1", "'x'", "undefined", '"\x01"', '"\\x"', "",
    '"' + "x" * 100_000 + '"', '"' + "x" * 2_000_000 + '"', '{"external_id": "M1"}', '["retail", {"x": [1, "\\ud800"]}]',
]  # fmt: skip


def json_value(random: Random) -> str:
    """The text of some value: nasty text, or nasty JSON."""
    return json.dumps(some(random), ensure_ascii=random.random() < 0.5) if random.random() < 0.4 else random.choice(RAW)


def member(random: Random, record: dict[str, Any]) -> str:
    """`"name": value` to put beside others: of a name that is known, repeated, unknown or nasty."""
    names = [
        *record,
        "external_id",
        "name",
        "parent",
        "employees",
        "verticals",
        "deals_won",
        "x",
        "__proto__",
        some(random),
    ]
    name = random.choice(['"\\ud800"', '"\\u0000"', json.dumps(random.choice(names)), json.dumps(random.choice(names))])
    return f"{name}: {json_value(random)}"


def json_record(random: Random, record: dict[str, Any], chance: float = 0.5) -> str:
    """One record, perhaps with members changed, further or twice."""
    members = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in record.items()]
    while random.random() < chance:
        match random.randrange(3):
            case 0 if members:
                members[random.randrange(len(members))] = member(random, record)
            case 1 if len(members) > 1:
                members.pop(random.randrange(len(members)))
            case _:
                members.append(member(random, record))
    return "{" + ", ".join(members) + "}"


def json_body(random: Random, plural: str, kind: str) -> bytes:
    """Many records as a JSON array or as lines."""
    items = [json_record(random, record) for record in RECORDS[plural]]
    if random.random() < 0.3:
        items.insert(random.randrange(len(items) + 1), json_value(random))
    if random.random() < 0.2:
        items *= random.choice([2, 50])
    lines = random.choice(["\n", "\n", "\n\n", "\r\n", "\r", " "])
    text = (
        lines.join(items)
        if kind == "application/x-ndjson"
        else "[" + random.choice([", ", ",\n", ","]).join(items) + "]"
    )
    return worse(text.encode("utf-8", "surrogatepass"), random)


def csv_body(random: Random, plural: str) -> bytes:
    """Many records as CSV."""
    names = list(dict.fromkeys(name for record in RECORDS[plural] for name in record))
    rows = [[str(record.get(name) or "") for name in names] for record in RECORDS[plural]]
    data = "\n".join(",".join(row) for row in [names, *rows]).encode()
    for _ in range(random.choice([1, 2, 3])):
        data = random.choice(TEXT if random.random() < 0.65 else BYTES)(data, random)
    return data


def worse(data: bytes, random: Random) -> bytes:
    """Now and then damaged as bytes, too, or in another encoding."""
    if random.random() < 0.25:
        return random.choice(BYTES)(data, random)
    return recoded(data, random) if random.random() < 0.05 else data
