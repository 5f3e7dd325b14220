"""What runs by itself: taking snapshots, and forgetting changes which they hold."""

from shared.inbox import Part, Sweep
from svc_credit_registry.sharing.snapshots import service

PARTS = (Part("snapshots", service.take_forever),)
SWEEPS = (Sweep("stream.forget", every=3600, run=service.forget),)
