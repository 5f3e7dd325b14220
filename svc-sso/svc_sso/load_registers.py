"""Loads the local registers that check identities: `python -m svc_sso.load_registers people|representatives FILE`.

The file is CSV in UTF-8 with a header: `name,id_number` for people, `code,id_number` for legal representatives. Of
both only blind indexes are kept. Loading a file again changes nothing; a newer one corrects.
"""

import asyncio
import csv
import sys
from pathlib import Path

from shared.codes import credit_code, identity
from shared.runtime import make_runtime
from svc_sso.settings import Settings
from svc_sso.verifications.service import load_people, load_representatives

PEOPLE, REPRESENTATIVES = "people", "representatives"


def read(kind: str, path: Path) -> list[tuple[str, str]]:
    """The pairs in a file. Raises ValueError at the first row that can't be right."""
    first = "name" if kind == PEOPLE else "code"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    pairs = [(row[first].strip(), identity.parse(row["id_number"])) for row in rows]
    if kind == REPRESENTATIVES:
        for code, _ in pairs:
            credit_code.parse(code)
    return pairs


async def run(settings: Settings, kind: str, pairs: list[tuple[str, str]]) -> None:
    """Enters the pairs in one transaction."""
    runtime = make_runtime("sso", settings)
    try:
        async with runtime.sessions.begin() as session:
            await (load_people if kind == PEOPLE else load_representatives)(session, pairs)
    finally:
        await runtime.engine.dispose()


def main(arguments: list[str]) -> None:
    """The command line."""
    if len(arguments) != 2 or arguments[0] not in (PEOPLE, REPRESENTATIVES):
        raise SystemExit("python -m svc_sso.load_registers people|representatives FILE")
    kind, pairs = arguments[0], read(arguments[0], Path(arguments[1]))
    asyncio.run(run(Settings(), kind, pairs))
    sys.stdout.write(f"{kind}: {len(pairs)} rows loaded\n")


if __name__ == "__main__":
    main(sys.argv[1:])
