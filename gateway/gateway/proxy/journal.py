"""What is noted of each proxied request: a JSON line and figures for Prometheus, both kept cheap.

What a line says is collected, and lines are made and written together, a hundred at a time or after 200 ms: one system
call instead of many, and no pause that a caller would notice. Traces of who did what are the services' audit rows;
these lines are for operators.
"""

import asyncio
import sys
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable

import orjson
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

BOUNDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
FLUSH_SECONDS, FLUSH_LINES = 0.2, 100
LINE = (
    '{"time":"%s.%03dZ","level":"INFO","service":"gateway","logger":"access","message":"request","upstream":"%s",'
    '"method":"%s","status":%d,"ms":%.2f,"path":%s,"client":"%s","trace_id":"%s","request_id":"%s"}\n'
)

Note = tuple[float, str, str, int, float, str, str, bytes, bytes]


class Journal(Collector):
    """`note` each request; Prometheus reads the figures by `collect`."""

    def __init__(self, *, lines: bool) -> None:
        self.lines = lines
        self._answers: defaultdict[tuple[str, str, int], int] = defaultdict(int)
        self._times: defaultdict[str, list[int]] = defaultdict(lambda: [0] * (len(BOUNDS) + 1))
        self._sums: defaultdict[str, float] = defaultdict(float)
        self._pending: list[Note] = []
        self._timer: asyncio.TimerHandle | None = None

    def note(
        self, service: str, method: str, status: int, seconds: float, *who: *tuple[str, str, bytes, bytes]
    ) -> None:
        """Counts an answer; `who` is the path, the client's address, the trace id and the request id."""
        self._answers[service, method, status] += 1
        self._times[service][bisect_left(BOUNDS, seconds)] += 1
        self._sums[service] += seconds
        if not self.lines:
            return
        self._pending.append((time.time(), service, method, status, seconds, *who))
        if len(self._pending) >= FLUSH_LINES:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(FLUSH_SECONDS, self.flush)

    def flush(self) -> None:
        """Writes what was collected; also called when the gateway stops."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._pending:
            pending, self._pending = self._pending, []
            sys.stdout.write("".join(_lines(pending)))
            sys.stdout.flush()

    def collect(self) -> Iterable[Metric]:
        answers = CounterMetricFamily(
            "gateway_answers", "Answers to proxied requests", labels=["upstream", "method", "status"]
        )
        for (service, method, status), count in self._answers.items():
            answers.add_metric([service, method, str(status)], count)
        yield answers
        seconds = HistogramMetricFamily(
            "gateway_seconds", "Time to the last byte of a proxied answer", labels=["upstream"]
        )
        for service, counts in self._times.items():
            total, buckets = 0, []
            for bound, count in zip((*map(str, BOUNDS), "+Inf"), counts, strict=True):
                total += count
                buckets.append((bound, total))
            seconds.add_metric([service], buckets=buckets, sum_value=self._sums[service])
        yield seconds


def _lines(notes: list[Note]) -> Iterable[str]:
    """The JSON lines; the second is put in words once for all requests that fall into it."""
    second, text = 0, ""
    for at, service, method, status, seconds, path, client, trace_id, request_id in notes:
        if int(at) != second:
            second = int(at)
            text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        ms = int(at * 1000) % 1000
        ids = trace_id.decode("ascii"), request_id.decode("ascii")
        yield LINE % (text, ms, service, method, status, seconds * 1000, _quoted(path), client, *ids)


def _quoted(path: str) -> str:
    """The path as a JSON string."""
    if path.isascii() and path.isprintable() and '"' not in path and "\\" not in path:
        return f'"{path}"'
    return orjson.dumps(path.encode("utf-8", "replace").decode()).decode()
