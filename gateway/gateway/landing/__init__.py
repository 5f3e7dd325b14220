"""The page at the root of the platform."""
