"""自主公示 What enterprises report about themselves, and what follows from it."""
