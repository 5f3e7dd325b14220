"""What belongs to the platform: the services and the gateway, by their short names."""

from dataclasses import dataclass
from pathlib import Path

from shared.local.errors import NotPossible

ROOT = Path(__file__).resolve().parents[3]

LISTENERS = {
    "gateway": "gateway.listener:Listener",  # open to everyone: deadlines and limits for the header too
    "credit-registry": "svc_credit_registry.listener:Listener",  # most calls are look-ups
    "sso": "svc_sso.listener:Listener",  # most calls are repetitions and refreshes
}


@dataclass(frozen=True)
class Deployable:
    """One of the top folders. `name` is the short name, for a service its audience and part of its URL."""

    name: str

    @property
    def is_gateway(self) -> bool:
        return self.name == "gateway"

    @property
    def folder(self) -> str:
        """The top folder, which is also the name as an OAuth client and in messages: svc-credit-registry."""
        return self.name if self.is_gateway else f"svc-{self.name}"

    @property
    def package(self) -> str:
        return self.folder.replace("-", "_")

    @property
    def database(self) -> str:
        """The name of its database and of the role that owns it: credit_registry."""
        return self.name.replace("-", "_")

    @property
    def prefix(self) -> str:
        """The prefix of its settings in the environment: CREDIT_REGISTRY_."""
        return self.database.upper() + "_"

    @property
    def listener(self) -> str:
        """How uvicorn reads HTTP: by its own parser, or a protocol of the deployable around it."""
        return LISTENERS.get(self.name, "httptools")

    @property
    def migrations(self) -> Path:
        return ROOT / self.folder / "migrations" / "versions"

    @property
    def demo(self) -> Path:
        """The program that loads its demo content, where it has one."""
        return ROOT / self.folder / self.package / "demo.py"


SERVICES = tuple(Deployable(name) for name in ("sso", "credit-registry", "services", "complaints", "disclosure"))
GATEWAY = Deployable("gateway")
ALL = (*SERVICES, GATEWAY)
PYTHON_PATH = ":".join(str(ROOT / folder) for folder in ("shared", *(each.folder for each in ALL)))


def choose(names: str) -> tuple[Deployable, ...]:
    """Those named in a list with commas; all of them when it is empty."""
    wanted = {name.strip() for name in names.split(",") if name.strip()}
    unknown = wanted - {each.name for each in ALL}
    if unknown:
        known = ", ".join(each.name for each in ALL)
        raise NotPossible(
            f"SERVICES 中有未知的名称 {', '.join(sorted(unknown))}，可用：{known}",
            f"SERVICES names what does not exist: {', '.join(sorted(unknown))}; there are {known}",
        )
    return tuple(each for each in ALL if not wanted or each.name in wanted)
