"""Who may call: the signature of a route shows its access."""

from typing import Annotated

from shared.auth import Access, Caller

FILE = "complaints:complaints:file"
HANDLE = "complaints:complaints:handle"

AnyCaller = Annotated[Caller, Access()]
Complainant = Annotated[Caller, Access(FILE)]
Officer = Annotated[Caller, Access(HANDLE)]
