"""Keeps as little as possible about the people who write to the bot."""
