"""Being asked to stop: by Ctrl-C, by SIGTERM, by a closed terminal, or by the end of the process that started us."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked the launcher to stop."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def listen(*, with_parent: bool) -> None:
    """From now on a request to stop raises Stopped in the main thread; `with_parent`: so does the end of our parent."""

    def ask(number: int, _frame: object) -> None:
        raise Stopped(number)

    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup stays nohup
            signal.signal(number, ask)
    if with_parent:
        threading.Thread(target=_watch_parent, args=(os.getppid(),), daemon=True).start()


def _watch_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.3)
    os.kill(os.getpid(), signal.SIGTERM)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Finish what is inside, whatever arrives: for putting things in order."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    yield
