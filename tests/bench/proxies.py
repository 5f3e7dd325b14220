"""The processes that are compared: each started on a free port, ended by the one that started it."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from shared.local.environment import environment_of
from shared.local.nats import Broker
from shared.local.ports import HOST, free_port
from shared.local.postgres import Server
from shared.local.services import GATEWAY
from tests.support.databases import PYTHON_PATH, ROOT
from tests.support.platform import Platform
from tests.support.processes import told_by

READY_SECONDS = 90.0
QUOTAS = ("RATE_PER_MINUTE", "RATE_PER_DAY", "CLIENT_PER_MINUTE", "CLIENT_PER_DAY")  # counted, never used up
UVICORN = ("-m", "uvicorn", "--host", HOST, "--loop", "uvloop", "--no-access-log", "--no-server-header",
           "--no-proxy-headers", "--log-level", "warning")  # fmt: skip
NGINX = """
daemon off; worker_processes 1; error_log {folder}/error.log; pid {folder}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_max_body_size 100m; client_body_temp_path {folder}; proxy_temp_path {folder};
  fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
  proxy_request_buffering off; keepalive_requests 1000000;
  upstream service {{ server {host}:{upstream}; keepalive 64; keepalive_requests 1000000; }}
  server {{ listen {host}:{port}; location / {{
    proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ""; }} }}
}}
"""
CADDY = "{{\n admin off\n auto_https off\n}}\nhttp://{host}:{port} {{\n reverse_proxy {host}:{upstream}\n}}\n"


@dataclass(frozen=True)
class Running:
    """A process under test."""

    name: str
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def cpu_seconds(self) -> float:
        """What it and its children have used so far, in user and system time."""
        root = psutil.Process(self.process.pid)
        times = [told_by(process.cpu_times) for process in (root, *root.children(recursive=True))]
        return float(sum(each.user + each.system for each in times if each is not None))


@contextlib.contextmanager
def running(name: str, command: list[str], port: int, folder: Path, **variables: str) -> Iterator[Running]:
    """The program `command`, once it listens on `port`; ended afterwards."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{PYTHON_PATH}", "HOME": str(folder), **variables}
    with (folder / f"{name}.{port}.log").open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    try:
        _wait_listening(process, port, name)
        yield Running(name, port, process)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_listening(process: subprocess.Popen[bytes], port: int, name: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            httpx.get(f"http://{HOST}:{port}/livez", timeout=2, trust_env=False)
            return
        time.sleep(0.05)
    raise AssertionError(f"{name} does not listen (status {process.poll()})")


def upstream(folder: Path) -> contextlib.AbstractContextManager[Running]:
    """The service behind all of them."""
    port = free_port()
    command = [sys.executable, *UVICORN, "tests.bench.plain_upstream:app", "--http", "httptools", "--port", str(port),
               "--lifespan", "off"]  # fmt: skip
    return running("upstream", command, port, folder)


def caddy(folder: Path, behind: int) -> contextlib.AbstractContextManager[Running]:
    """Caddy's plain reverse proxy."""
    port = free_port()
    config = folder / "Caddyfile"
    config.write_text(CADDY.format(host=HOST, port=port, upstream=behind), encoding="utf-8")
    command = [_program("caddy"), "run", "--config", str(config), "--adapter", "caddyfile"]
    return running("caddy", command, port, folder, XDG_DATA_HOME=str(folder), XDG_CONFIG_HOME=str(folder))


def nginx(folder: Path, behind: int) -> contextlib.AbstractContextManager[Running]:
    """nginx's plain reverse proxy."""
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(host=HOST, port=port, upstream=behind, folder=folder), encoding="utf-8")
    return running("nginx", [_program("nginx"), "-c", str(config), "-e", str(folder / "start.log")], port, folder)


def gateway(
    folder: Path, platform: Platform, services: dict[str, str], *arguments: str, **settings: str
) -> contextlib.AbstractContextManager[Running]:
    """A gateway of its own port on the database and broker of `platform`, so that it knows the sessions made there."""
    ports = json.loads((platform.data / "ports.json").read_text(encoding="utf-8"))
    ports |= {GATEWAY.name: int(platform.base_url.rsplit(":", 1)[1])}
    server = Server(platform.data / "postgres", ports["postgres"], None, "", {})
    password = (platform.data / "nats" / "password").read_text(encoding="utf-8").strip()
    environment = environment_of(
        GATEWAY, platform.data, server, Broker(platform.data / "nats", ports["nats"], password), ports
    )
    urls = json.loads(environment["GATEWAY_SERVICE_URLS"]) | services
    changes = {"SERVICE_URLS": json.dumps(urls)} | dict.fromkeys(QUOTAS, "1000000000") | settings
    port = free_port()
    command = [sys.executable, *UVICORN, "gateway.main:create_app", "--factory", "--http", GATEWAY.listener,
               "--port", str(port), "--timeout-graceful-shutdown", "25", *arguments]  # fmt: skip
    variables = environment | {f"GATEWAY_{name}": value for name, value in changes.items()}
    return running("gateway", command, port, folder, **variables)


def _program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        raise SystemExit(f"{name} is not installed (apt install {name})")
    return found
