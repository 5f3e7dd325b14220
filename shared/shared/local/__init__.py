"""The embedded database and broker, and the runner behind `make run`. Nothing here runs in an image."""
