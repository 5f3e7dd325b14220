"""What the demonstration shows, chapter by chapter: each step goes through the services and is taken once."""
