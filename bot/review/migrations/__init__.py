"""Changes of the review room's tables, in order."""
