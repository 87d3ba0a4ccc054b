"""A machine at the REST interface that does what a good client does: asks again, under the same key, until it is answered."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections import Counter


class Client(threading.Thread):
    """Brings customers, some in bulk and some one by one; `.answers` counts the statuses it met, 0 for none at all."""

    def __init__(self, address: str, key: str, mark: str, *, bulk: int, single: int) -> None:
        super().__init__(name=f"client {mark}", daemon=True)
        self.address, self.key, self.mark, self.bulk, self.single = address, key, mark, bulk, single
        self.answers: Counter[int] = Counter()
        self.again = 0
        self.refused: list[str] = []

    def run(self) -> None:
        """Everything is asked for until it is answered."""
        rows = "\n".join(json.dumps({"external_id": f"{self.mark}-b{n}", "name": "B"}) for n in range(self.bulk))
        self._until_answered("customers/bulk/", rows, "application/x-ndjson", "")
        for number in range(self.single):
            row = json.dumps({"external_id": f"{self.mark}-s{number}", "name": "S"})
            self._until_answered("customers/", row, "application/json", f"{self.mark}-{number}")
            time.sleep(0.05)

    def _until_answered(self, path: str, body: str, kind: str, key: str) -> None:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": kind} | (
            {"Idempotency-Key": key} if key else {}
        )
        request = urllib.request.Request(f"{self.address}/api/v1/{path}", body.encode(), headers)  # noqa: S310
        while True:
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                    answer.read()
                    self.answers[answer.status] += 1
                    return
            except urllib.error.HTTPError as answer:
                self.answers[answer.code] += 1
                if answer.code < 500:
                    self.refused.append(f"{answer.code} {answer.read()[:200]!r}")
                    return
            except OSError:
                self.answers[0] += 1
            self.again += 1
            time.sleep(0.3)
