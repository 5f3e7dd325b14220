"""svc-disclosure: government information that an agency publishes on its own initiative (政府信息主动公开)."""
