"""The outcome as a table in `docs/reliability.md`, between its two marks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- chaos: written by make chaos -->", "<!-- end of chaos -->"


def _verdict(part: dict[str, Any]) -> str:
    wrong = {name: found for name, found in part["wrong"].items() if found}
    return f"**{wrong}**" if wrong else "nothing lost, nothing doubled, no drift"


def _checked(part: dict[str, Any]) -> str:
    return (
        f"{part['imports']} imports of {part['import_rows']:,} rows, {part['rest_rows']:,} rows over REST"
        f" ({part['rest_asked_again']} requests asked again), {part['runs']} runs, {part['changes']:,} changes,"
        f" {part['offers']} offers, {part['messages']:,} messages in order ({part['messages_again']} again)"
    )


def rows_of(report: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """(fault, how often, what was checked, outcome)."""
    rows = []
    names = {"valkey": "broker", "postgres": "PostgreSQL"}
    for name in ("kills", "away", "disk"):
        part = report.get(name)
        if part is None:
            continue
        if "not_tried" in part or "error" in part:
            rows.append((name, "–", "–", part.get("not_tried") or part["error"]))
            continue
        if name == "kills":
            fault = "killed with -9 in the middle of everything"
            often = ", ".join(
                f"{names.get(who, who)} {count}× (well again within {part['longest_s'][who]:g} s)"
                for who, count in part["killed"].items()
            )
            often += f". What it met: {', '.join(part['met']) or 'nothing'}"
        elif name == "away":
            fault = f"broker away for {part['away_s']:g} s under writes"
            often = (
                f"{part['writes']} writes, {part['writes_failed']} failed; all done {part['done_after_s']:g} s after"
            )
        else:
            fault = "disk of database, broker and files full"
            often = (
                f"{part['refused_while_full']} requests refused, {part['imports_failed_and_told']} imports failed and"
                f" said so, {part['runs_failed_and_told']} runs likewise; all done {part['done_after_s']:g} s after there was room"
            )
        rows.append((fault, often, _checked(part), _verdict(part)))
    if part := report.get("clocks"):
        checked = f"{part['schedules']} schedules, each looked at every half minute for two days"
        rows.append(
            (
                "clocks change",
                f"{part['nights']} nights in 3 zones",
                checked,
                "each once" if not any(part["wrong"].values()) else str(part["wrong"]),
            )
        )
    return rows


def table(report: dict[str, Any]) -> str:
    """The same in Markdown."""
    head = f"Measured on {report['on']} on {report['processors']} shared cores.\n\n"
    head += "| fault | how often | what was there to be checked | outcome |\n|---|---|---|---|\n"
    return head + "\n".join(f"| {' | '.join(row)} |" for row in rows_of(report))


def write_table(path: Path, report: dict[str, Any]) -> None:
    """Replace what is between the marks."""
    text = path.read_text()
    if BEGIN not in text or END not in text:
        raise ValueError(f"{path} has no place for the table: {BEGIN} … {END}")
    new = f"{BEGIN}\n{table(report)}\n{END}"
    path.write_text(re.sub(re.escape(BEGIN) + ".*?" + re.escape(END), lambda _: new, text, flags=re.DOTALL))
