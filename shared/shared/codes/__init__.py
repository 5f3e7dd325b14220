"""Codes that stand outside the platform: credit codes, regions, identity numbers, industries. Pure, no I/O of ours."""
