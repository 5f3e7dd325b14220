"""Publication: what is approved becomes public, by hand or by the law itself, and may be withdrawn."""
