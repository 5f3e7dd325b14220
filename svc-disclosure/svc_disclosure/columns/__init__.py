"""Columns (栏目): where articles appear, whose they are, how often they must be updated."""
