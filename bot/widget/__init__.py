"""The plain page at `/` on which to chat."""
