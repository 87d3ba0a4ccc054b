"""The outcome as tables in `docs/reliability.md`, between the two marks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- chaos: written by make chaos -->", "<!-- end of chaos -->"
NAMES = {"valkey": "broker", "postgres": "PostgreSQL", "worker": "worker (all at once)"}


def _verdict(part: dict[str, Any]) -> str:
    wrong = {name: found for name, found in part["wrong"].items() if found}
    return f"**{wrong}**" if wrong else "nothing lost, nothing doubled, no drift"


def _checked(part: dict[str, Any]) -> str:
    return (
        f"{part['imports']} imports of {part['import_rows']:,} rows, {part['rest_rows']:,} rows over REST"
        f" ({part['rest_asked_again']} requests asked again), {part['runs']} runs ({part['taken_over']} taken over),"
        f" {part['changes']:,} changes, {part['offers']} offers, {part['messages']:,} messages in order to"
        f" {part['endpoints']} endpoints ({part['messages_again']} again)"
    )


def _often(name: str, part: dict[str, Any]) -> str:
    if name == "kills":
        return f"{sum(part['met'].values())}×, each in the middle of what the table below says"
    if name == "away":
        return (
            f"{part['times']}×; {part['writes']} writes meanwhile, {part['writes_failed']} failed; all done at most"
            f" {part['done_after_s']:g} s after"
        )
    return (
        f"{part['times']}×; {part['refused_while_full']} requests refused, {part['imports_failed_and_told']} imports"
        f" failed and said so, {part['runs_failed_and_told']} runs likewise; all done at most {part['done_after_s']:g} s"
        " after there was room"
    )


def rows_of(report: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """(fault, how often, what was checked, outcome)."""
    rows = []
    for name in ("kills", "away", "disk"):
        part = report.get(name)
        if part is None:
            continue
        if "not_tried" in part or "error" in part:
            rows.append((name, "–", "–", part.get("not_tried") or part["error"]))
            continue
        fault = {
            "kills": "killed with -9",
            "away": f"broker away for {part.get('away_s', 0):g} s under writes",
            "disk": "disk of database, broker and files full",
        }[name]
        rows.append((fault, _often(name, part), _checked(part), _verdict(part)))
    if part := report.get("clocks"):
        checked = f"{part['schedules']} schedules, each looked at every half minute for two days"
        verdict = str(part["wrong"]) if any(part["wrong"].values()) else "each once"
        rows.append(("clocks change", f"{part['nights']} nights in 3 zones", checked, verdict))
    return rows


def kills_of(part: dict[str, Any]) -> str:
    """How often each kill met each phase, and how long it took until all was well."""
    pairs = [name.split(" during ") for name in part["met"]]
    phases = list(dict.fromkeys(phase for _, phase in sorted(pairs)))
    lines = [f"| killed | {' | '.join(f'during {phase}' for phase in phases)} | all well again within |"]
    lines.append("|---" * (len(phases) + 2) + "|")
    for victim, longest in part["longest_s"].items():
        counts = [f"{part['met'].get(f'{victim} during {phase}', 0)}×" for phase in phases]
        lines.append(f"| {NAMES.get(victim, victim)} | {' | '.join(counts)} | {longest:g} s |")
    return "\n".join(lines)


def table(report: dict[str, Any]) -> str:
    """The same in Markdown."""
    head = f"Measured on {report['on']} on {report['processors']} shared cores.\n\n"
    head += "| fault | how often | what was there to be checked | outcome |\n|---|---|---|---|\n"
    text = head + "\n".join(f"| {' | '.join(row)} |" for row in rows_of(report))
    kills = report.get("kills", {})
    return text + (f"\n\n{kills_of(kills)}" if "met" in kills else "")


def write_table(path: Path, report: dict[str, Any]) -> None:
    """Replace what is between the marks."""
    text = path.read_text()
    if BEGIN not in text or END not in text:
        raise ValueError(f"{path} has no place for the table: {BEGIN} … {END}")
    new = f"{BEGIN}\n{table(report)}\n{END}"
    path.write_text(re.sub(re.escape(BEGIN) + ".*?" + re.escape(END), lambda _: new, text, flags=re.DOTALL))
