"""One request to one address, within a fixed time, whatever the other side does. Redirects are not followed."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from integrations.webhooks.addresses import AddressRefused, Place, Target, parse, resolve

CONNECT_WITHIN = 5.0
"""Seconds for each address of the host."""
ANSWER_WITHIN = 15.0
"""Seconds for all of the request, connecting included."""
EXCERPT = 1000
"""Characters of the answer that are kept."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of a request."""

    duration: float
    """Seconds."""
    status: int | None = None
    error: str = ""
    excerpt: str = ""
    wait: int = 0
    """Seconds that the other side asks us to wait (Retry-After)."""

    @property
    def is_taken(self) -> bool:
        """The other side has it."""
        return self.status is not None and 200 <= self.status < 300 and not self.error


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Posted:
    """Send it, and tell what came of it; never raises for what the other side does."""
    begun = time.monotonic()
    try:
        target = parse(url)
        found = _post(target, body, headers)
    except AddressRefused as reason:
        return Posted(time.monotonic() - begun, error=str(reason))
    except TimeoutError:
        return Posted(time.monotonic() - begun, error=f"No answer within {ANSWER_WITHIN:g} seconds.")
    except socket.gaierror as error:
        return Posted(time.monotonic() - begun, error=f"The host's name cannot be resolved: {error.strerror}.")
    except ssl.SSLError as error:
        return Posted(time.monotonic() - begun, error=f"No secure connection: {error.reason or error}."[:300])
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = time.monotonic() - begun >= ANSWER_WITHIN
        words = f"No answer within {ANSWER_WITHIN:g} seconds." if late else f"{type(error).__name__}: {error}"
        return Posted(time.monotonic() - begun, error=words[:300])
    status, wait, raw = found
    excerpt = _CONTROLS.sub("", raw.decode(errors="replace"))[:EXCERPT]
    return Posted(time.monotonic() - begun, status, _why_not(status), excerpt, wait)


def _post(target: Target, body: bytes, headers: Mapping[str, str]) -> tuple[int, int, bytes]:
    """The status, Retry-After in seconds, and how the body begins."""
    until = time.monotonic() + ANSWER_WITHIN
    channel = _connected(resolve(target))
    channel.settimeout(ANSWER_WITHIN)
    if target.scheme == "https":
        context = ssl.create_default_context()
        channel = context.wrap_socket(channel, server_hostname=target.host, do_handshake_on_connect=False)
    watchdog = threading.Timer(max(0.1, until - time.monotonic()), _cut, [channel])
    watchdog.daemon = True
    watchdog.start()
    try:
        if isinstance(channel, ssl.SSLSocket):
            channel.do_handshake()
        link = http.client.HTTPConnection(target.host, target.port)
        link.sock = channel  # the checked address; the name is not looked up again
        link.request("POST", target.path, body, {**headers, "Host": target.host_header, "Connection": "close"})
        answer = link.getresponse()
        if time.monotonic() >= until:  # cut off: what there is of the headers looks like all of them
            raise TimeoutError
        wait = answer.getheader("Retry-After", "")
        seconds = int(wait) if wait.isascii() and wait.isdigit() and len(wait) < 8 else 0
        return answer.status, seconds, _beginning(answer)
    finally:
        watchdog.cancel()
        channel.close()


def _beginning(answer: http.client.HTTPResponse) -> bytes:
    """How the body begins. The status has been said by then: a body that breaks off changes nothing."""
    try:
        return answer.read(4 * EXCERPT)
    except (OSError, http.client.HTTPException, ValueError):
        return b""


def _connected(places: list[Place]) -> socket.socket:
    """A connection to the first of the checked addresses that takes one."""
    failure: OSError = OSError("The host has no address.")
    for place in places[:4]:
        opened = socket.socket(place.family, socket.SOCK_STREAM)
        opened.settimeout(CONNECT_WITHIN)
        try:
            opened.connect(place.address)
        except OSError as error:
            opened.close()
            failure = error
        else:
            return opened
    raise failure


def _cut(opened: socket.socket) -> None:
    """End a connection that takes too long: whoever waits for it goes on at once."""
    with suppress(OSError):
        socket.socket.shutdown(opened, socket.SHUT_RDWR)


def _why_not(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return f"It answered with a redirect ({status}), which is not followed. Give the final address."
    return f"It answered {status}."
