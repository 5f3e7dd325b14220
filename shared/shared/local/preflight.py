"""What is looked at before anything is started; each failure is one clear sentence."""

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.local.errors import NotPossible
from shared.local.ports import is_free
from shared.local.services import Deployable, choose


@dataclass(frozen=True)
class Wishes:
    """What a person asked for by PORT, DATA, DEMO and SERVICES."""

    port: int
    data: Path
    demo: bool
    services: tuple[Deployable, ...]


def read_wishes(environment: Mapping[str, str]) -> Wishes:
    """What the environment asks for."""
    port = environment.get("PORT") or "8000"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise NotPossible(f"PORT={port} 不是端口号", f"PORT={port} is no port number")
    data = Path(environment.get("DATA") or ".data").absolute()
    return Wishes(int(port), data, environment.get("DEMO", "1") != "0", choose(environment.get("SERVICES", "")))


def check_port(port: int) -> None:
    """Refuses a port on which another program listens."""
    if port < 1024 and os.geteuid() != 0:
        raise NotPossible(
            f"普通用户不能使用端口 {port}：请用 PORT=8000", f"port {port} is for root only: try PORT=8000"
        )
    if not is_free(port):
        raise NotPossible(
            f"端口 {port} 已被占用：请停止占用它的程序，或换一个端口，如 make run PORT={port + 1}",
            f"port {port} is taken: stop what uses it, or choose another, e.g. make run PORT={port + 1}",
        )


def check_folder(data: Path) -> None:
    """Makes the folder and refuses one that can't be written."""
    probe = data / ".write-test"
    try:
        data.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as exc:
        raise NotPossible(
            f"文件夹 {data} 无法写入（{exc.strerror}）：请用 DATA=… 指定另一个",
            f"the folder {data} can't be written ({exc.strerror}): choose another with DATA=...",
        ) from exc


@contextlib.contextmanager
def sole_runner(data: Path) -> Iterator[None]:
    """Keeps a second runner off the same folder; the lock falls with the process, however it ends."""
    with (data / "lock").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip()
            raise NotPossible(
                f"文件夹 {data} 正被另一个实例（进程 {holder}）使用：请先停止它，或用 DATA=… 指定另一个",
                f"the folder {data} is in use by another instance (process {holder}): stop it, or choose another DATA",
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
