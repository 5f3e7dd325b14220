"""What each service is told by its environment."""

import json
from pathlib import Path

from shared.local import databases, secrets
from shared.local.nats import Broker
from shared.local.ports import HOST
from shared.local.postgres import Server
from shared.local.services import PYTHON_PATH, SERVICES, Deployable

FIRST_ADMINISTRATOR = "security.admin"  # made when there is no administrator, as without demo content
FOR_PYTHON = {
    "PYTHONPATH": PYTHON_PATH,
    "PYTHONUNBUFFERED": "1",
    "MALLOC_ARENA_MAX": "2",  # glibc keeps up to 16 heaps for one process otherwise; two cost nothing and save memory.
}


def environment_of(
    deployable: Deployable, data: Path, server: Server, broker: Broker, ports: dict[str, int]
) -> dict[str, str]:
    """The settings of a service or the gateway by their names in the environment."""
    vault, issuer = data / "secrets", f"http://localhost:{ports['gateway']}"
    addresses = {each.name: f"http://{HOST}:{ports[each.name]}" for each in SERVICES}
    password = secrets.database_password(vault, deployable)
    values = {
        "DATABASE_URL": databases.url(server, deployable.database, password),
        "NATS_URL": broker.url,
        "ISSUER": issuer,
        "PUBLIC_ORIGIN": issuer,
        "JWKS_URL": f"{addresses['sso']}/oauth2/jwks",
        "TOKEN_URL": f"{addresses['sso']}/oauth2/token",
        "SERVICE_URLS": json.dumps(addresses),
        "KEYRING_FILE": str(secrets.keyring_file(vault, deployable)),
        "DATA_DIR": str(data / "files" / deployable.name),
    }
    if deployable.name == "sso":
        values["CLIENT_SECRETS_FILE"] = str(secrets.client_secrets_file(vault))
        values["FIRST_ADMINISTRATOR"] = FIRST_ADMINISTRATOR
        values["BACKCHANNEL_NETWORKS"] = json.dumps(["127.0.0.0/8", "::1/128"])  # clients under development
        values["BACKCHANNEL_PLAIN_HTTP"] = "true"
    else:
        values["CLIENT_ID"] = deployable.folder
        values["CLIENT_SECRET_FILE"] = str(secrets.client_secret_file(vault, deployable))
    return FOR_PYTHON | {deployable.prefix + name: value for name, value in values.items()}
