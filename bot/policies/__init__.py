"""What the bot does next, where rules are not enough."""
