"""Processes that are killed while people work: whatever was acknowledged is there afterwards, and there once."""
