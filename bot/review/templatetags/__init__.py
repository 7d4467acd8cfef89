"""What templates of the review room need beyond Django's own."""
