"""Values that fields may take, served as data with their labels."""
