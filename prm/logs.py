"""Structured log lines, with the request's or task's id on each. They hold no secret that an address bears."""

import logging
import re
from urllib.parse import parse_qsl

import structlog
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware
from structlog.typing import Processor

SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.processors.add_log_level,
    structlog.processors.format_exc_info,
]

_BEARING = re.compile(r"^(/account/invitation/|/account/password/reset/key/|/mail/)[^/]+")
"""Addresses that let in whoever knows them."""
_TECHNICAL = frozenset({"after", "as_of", "cursor", "format", "page", "page_size", "sort", "wait"})
"""What may stand behind the question mark in a log; of anything else, such as what was looked for, just the name."""


class LoggedRequests(RequestMiddleware):
    """A line when a request begins and one when it ends."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Method and address, without what is secret or somebody's."""
        pairs = parse_qsl(request.META.get("QUERY_STRING", ""), keep_blank_values=True)
        query = "&".join(f"{name}={value if name in _TECHNICAL else '…'}" for name, value in pairs)
        path = _BEARING.sub(r"\1…", request.path)
        return f"{request.method} {path}?{query}" if query else f"{request.method} {path}"

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        """Where it comes from, as far as that can be believed."""
        from people.callers import address_of  # the models are not there yet when logs are set up

        structlog.contextvars.bind_contextvars(ip=address_of(request))


class LineFormatter(structlog.stdlib.ProcessorFormatter):
    """Writes one JSON object a line, whoever logged it: structlog, Django or a library."""

    def __init__(self, *_args: object, **_kwargs: object) -> None:
        super().__init__(processor=structlog.processors.JSONRenderer(), foreign_pre_chain=SHARED)


def configure() -> None:
    """Route structlog through the standard library's handlers, once per process."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.captureWarnings(True)
