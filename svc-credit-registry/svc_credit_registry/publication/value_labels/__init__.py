"""Labels of values which no module shows in words."""
