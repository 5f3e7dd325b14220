"""The applications' own side: a server over https which takes logout tokens and answers everything else with 200."""

import http.server
import threading
from dataclasses import dataclass
from urllib.parse import parse_qs

from tests.conformance.certificates import Certificates


@dataclass(frozen=True)
class Heard:
    """A request which a provider sent to an application."""

    method: str
    path: str
    content_type: str
    form: dict[str, list[str]]


class Receiver:
    """Listens on a free port of the loopback; `heard` grows as requests come."""

    def __init__(self, certificates: Certificates) -> None:
        self.heard: list[Heard] = []
        heard = self.heard

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
                kind = self.headers.get("content-type", "")
                heard.append(Heard("POST", self.path, kind, parse_qs(body, keep_blank_values=True)))
                self._answer()

            def do_GET(self) -> None:
                self._answer()

            def _answer(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.socket = certificates.serving().wrap_socket(self._server.socket, server_side=True)
        self.origin = f"https://localhost:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def at(self, path: str) -> list[Heard]:
        """What came to a path."""
        return [each for each in list(self.heard) if each.path == path]

    def stop(self) -> None:
        """Stops listening."""
        self._server.shutdown()
        self._server.server_close()
