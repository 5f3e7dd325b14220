"""The whole platform as people start it: by the runner, in a process of its own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from shared.local.ports import free_port
from tests.support.databases import PYTHON_PATH, ROOT

DOCUMENTS = ROOT / "docs/openapi"
READY_SECONDS = 120.0
STOP_SECONDS = 60.0


@dataclass
class Platform:
    """A runner that was started; `output` holds what it told."""

    base_url: str
    data: Path
    runner: subprocess.Popen[bytes]
    output: Path

    def told(self) -> str:
        """Everything the runner has printed so far."""
        return self.output.read_text(encoding="utf-8")

    def ask(self, path: str, seconds: float) -> httpx.Response:
        """What the gateway answers; nothing vouches for an address of this machine, so no authorities are read."""
        return httpx.get(f"{self.base_url}{path}", timeout=seconds, verify=False, trust_env=False)

    def wait_ready(self, seconds: float = READY_SECONDS) -> None:
        """Returns when the gateway says that it is ready; fails with the runner's output when that does not come."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.runner.poll() is None:
            with contextlib.suppress(httpx.HTTPError):
                if "/docs" in self.told() and self.ask("/readyz", 5).status_code == 200:
                    return
            time.sleep(0.1)
        raise AssertionError(f"The platform is not ready (status {self.runner.poll()}):\n{self.told()}")

    def described(self, seconds: float = READY_SECONDS) -> dict[str, Any]:
        """The merged OpenAPI document, once every service that is documented stands in it: each makes its own when it
        is first asked, and may be slow to.
        """
        wanted = {path.stem for path in DOCUMENTS.glob("*.json")} - {"gateway"}
        deadline = time.monotonic() + seconds
        while True:
            document: dict[str, Any] = self.ask("/openapi.json", seconds).raise_for_status().json()
            if wanted <= {path.split("/")[2] for path in document["paths"] if path.startswith("/api/")}:
                return document
            assert time.monotonic() < deadline, "a service does not describe itself"
            time.sleep(1)

    def stop(self) -> int:
        """Stops the platform as Ctrl-C does; the status of the runner."""
        if self.runner.poll() is None:
            self.runner.send_signal(signal.SIGTERM)
        try:
            return self.runner.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.runner.kill()
            self.runner.wait()
            raise AssertionError(f"The runner did not stop within {STOP_SECONDS} s:\n{self.told()}") from None


def launch(data: Path, **variables: str) -> Platform:
    """Starts a runner with its data in `data` and does not wait for it."""
    port = variables.setdefault("PORT", str(free_port()))
    output = data.with_name(f"{data.name}.{port}.txt")
    environment = {**os.environ, "PYTHONPATH": PYTHON_PATH, "DATA": str(data), **variables}
    with output.open("ab") as file:
        runner = subprocess.Popen(
            [sys.executable, "-m", "shared.local.run"], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
            stdout=file, stderr=file, start_new_session=True,
        )  # fmt: skip
    return Platform(f"http://localhost:{port}", data, runner, output)


@contextlib.contextmanager
def started_platform(folder: Path, **variables: str) -> Iterator[Platform]:
    """A platform that is ready; stopped afterwards whatever happens."""
    platform = launch(folder / "data", **variables)
    try:
        platform.wait_ready()
        yield platform
    finally:
        platform.stop()
