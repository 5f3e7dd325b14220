"""Codes that stand outside the platform: credit codes, regions, identity numbers. Pure, no I/O of ours."""
