"""Structured log lines, with the request's or task's id on each."""

import logging

import structlog
from structlog.typing import Processor

SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.processors.add_log_level,
    structlog.processors.format_exc_info,
]


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
