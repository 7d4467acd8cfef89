"""How the bot understands a message: components of Rasa's graph, and what they stand on."""
