"""What tables of cases with clocks have in common."""

import uuid
from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import uuid_key


class Queued:
    """A case in the queue of its region's officers: what is due next, and when; None for nothing (`queue_place`)."""

    id: Mapped[uuid.UUID] = uuid_key()
    region: Mapped[str] = mapped_column(String(6, collation="C"))
    state: Mapped[str] = mapped_column(String(16))
    due_on: Mapped[date | None]
    due_node: Mapped[str | None] = mapped_column(String(32))
    provisional: Mapped[bool] = mapped_column(default=False, server_default="false")
