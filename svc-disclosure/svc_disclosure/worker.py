"""The worker of svc-disclosure as a process of its own: `python -m svc_disclosure.worker`."""

import asyncio

from shared.runtime import make_runtime
from shared.worker import work_alone
from svc_disclosure.main import SERVICE
from svc_disclosure.settings import Settings

if __name__ == "__main__":
    asyncio.run(work_alone(make_runtime(SERVICE.name, Settings()), SERVICE.work))
