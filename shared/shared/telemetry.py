"""What a running service tells about itself: JSON logs, Prometheus metrics, one trace through all services.

`traceparent` is W3C Trace Context: a valid one is carried on, anything else is replaced. `X-Request-Id` is set by the
gateway and repeated in every log line, audit row and problem document.
"""

import contextvars
import json
import logging
import re
import secrets
import sys
import time
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$")
REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")
STANDARD_FIELDS = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "color_message"}

trace_id_var: contextvars.ContextVar[str] = contextvars.ContextVar("trace_id", default="")
request_id_var: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")
# The moment, on the monotonic clock, after which nobody waits for the answer to the request at hand.
due_var: contextvars.ContextVar[float] = contextvars.ContextVar("due", default=float("inf"))

REGISTRY = CollectorRegistry()
REQUESTS = Counter("http_requests_total", "Answers", ["method", "route", "status"], registry=REGISTRY)
DURATION = Histogram(
    "http_request_seconds",
    "Time to the last byte of the answer",
    ["method", "route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
EVENTS_PUBLISHED = Counter("events_published_total", "Events acknowledged by the broker", ["type"], registry=REGISTRY)
EVENTS_APPLIED = Counter("events_applied_total", "Events applied", ["consumer", "type"], registry=REGISTRY)
EVENTS_FAILED = Counter("events_failed_total", "Deliveries which failed", ["consumer", "type"], registry=REGISTRY)
EVENTS_REPAIRED = Counter("events_repaired_total", "Events got from the outbox itself", ["consumer"], registry=REGISTRY)
DEAD_LETTERS = Counter("dead_letters_total", "Events given up after the last try", ["consumer"], registry=REGISTRY)
OUTBOX_PENDING = Gauge("outbox_pending", "Events not yet acknowledged by the broker", registry=REGISTRY)


def new_traceparent() -> str:
    """A fresh sampled W3C traceparent."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def accept_traceparent(value: str | None) -> str:
    """`value` when it is a valid traceparent, else a fresh one."""
    match = TRACEPARENT.match(value or "")
    if match is None or match[1] == "0" * 32 or match[2] == "0" * 16:
        return new_traceparent()
    return match[0]


def current_trace_id() -> str:
    """The trace id of the request or message at hand, 32 hex digits; a fresh one outside of both."""
    return trace_id_var.get() or secrets.token_hex(16)


def current_traceparent() -> str:
    """A traceparent which continues the trace at hand."""
    return f"00-{current_trace_id()}-{secrets.token_hex(8)}-01"


def seconds_left() -> float:
    """How long somebody still waits for the answer to the request at hand; infinite outside of one."""
    return due_var.get() - time.monotonic()


def _due(milliseconds: bytes) -> float:
    """The moment that X-Deadline-Ms names; the gateway sets it, callers can't."""
    known = milliseconds.isdigit() and len(milliseconds) <= 6
    return time.monotonic() + int(milliseconds) / 1000 if known else float("inf")


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, service, message, trace, request and what the caller adds by `extra`."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self.service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "service": self.service,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if trace := trace_id_var.get():
            line["trace_id"] = trace
        if request_id := request_id_var.get():
            line["request_id"] = request_id
        line.update({k: v for k, v in record.__dict__.items() if k not in STANDARD_FIELDS})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def configure_logging(service: str, level: str) -> None:
    """Sends every log line of the process to standard output as JSON."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for noisy in ("httpx", "httpcore", "nats"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class TelemetryMiddleware:
    """Sets the trace and request id for each request, answers with them, counts and logs it."""

    QUIET = frozenset({"/livez", "/readyz", "/metrics"})

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        traceparent = accept_traceparent(headers.get(b"traceparent", b"").decode("latin-1"))
        given = headers.get(b"x-request-id", b"").decode("latin-1")
        request_id = given if REQUEST_ID.match(given) else secrets.token_hex(12)
        tokens = trace_id_var.set(traceparent[3:35]), request_id_var.set(request_id)
        due = due_var.set(_due(headers.get(b"x-deadline-ms", b"")))
        started, status = time.perf_counter(), 500

        async def tell(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self.app(scope, receive, tell)
        finally:
            self._note(scope, status, time.perf_counter() - started)
            due_var.reset(due)
            trace_id_var.reset(tokens[0])
            request_id_var.reset(tokens[1])

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        REQUESTS.labels(scope["method"], route, status).inc()
        DURATION.labels(scope["method"], route).observe(seconds)
        if scope["path"] not in self.QUIET:
            extra = {"method": scope["method"], "route": route, "status": status, "ms": round(seconds * 1000, 2)}
            logging.getLogger("access").info("request", extra=extra)
