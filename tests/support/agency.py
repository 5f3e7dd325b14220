"""An agency's system, registered as the security administrator does it."""

import json
from pathlib import Path

from joserfc.jwk import ECKey

from shared.local.demo import PASSWORD
from shared.local.journey.people import Person

CLIENT = "tax-examples"
PERMISSIONS = ["credit-registry:records:push", "credit-registry:stream:follow", "credit-registry:restrictions:check"]


def register(base_url: str, folder: Path) -> None:
    """Registers the agency of the examples and keeps its key in `folder`."""
    key = ECKey.generate_key("P-256", {"kid": "2026-a"})
    (folder / "key.json").write_text(json.dumps(key.as_dict(private=True)))
    admin = Person(base_url, "secadmin")
    admin.log_in("secadmin", PASSWORD)
    body = {
        "id": CLIENT, "kind": "agency", "name": "随州市税务局", "owner_unit": "TAX-421300", "permissions": PERMISSIONS,
        "keys": [dict(key.as_dict(private=False))], "contacts": ["it@tax.example.cn"],
    }  # fmt: skip
    admin.json("POST", "/api/sso/v1/clients", json=body, expect=201)
