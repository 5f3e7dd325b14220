"""Load by wrk, and what it found."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 32
TELL = """
done = function(summary, latency, requests)
  local e = summary.errors
  io.stderr:write(string.format(
    '{"requests":%d,"seconds":%.6f,"errors":%d,"bytes":%d,"p50":%.6f,"p99":%.6f}\\n',
    summary.requests, summary.duration / 1e6, e.connect + e.read + e.write + e.status + e.timeout, summary.bytes,
    latency:percentile(50) / 1e6, latency:percentile(99) / 1e6))
end
"""


@dataclass(frozen=True)
class Load:
    """What a run of wrk found; times in seconds."""

    requests: int
    seconds: float
    errors: int
    bytes: int
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def wrk(
    folder: Path,
    url: str,
    headers: dict[str, str],
    *,
    seconds: float,
    connections: int = CONNECTIONS,
    pause_ms: int = 0,
    upload: int = 0,
) -> Load:
    """Sends requests one after the other on each of `connections`, from one thread, with a pause between two of one
    connection; `upload` is the size of a body to PUT."""
    script = folder / "tell.lua"
    more = f"delay = function() return {pause_ms} end\n" if pause_ms else ""
    if upload:
        more += f'wrk.method = "PUT"\nwrk.body = string.rep("x", {upload})\n'
    script.write_text(TELL + more, encoding="utf-8")
    fields = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "10s", "-s", str(script), *fields, url]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=True)
    return Load(**json.loads(ended.stderr.strip().splitlines()[-1]))
