"""The stories of `data/`, and the changes to `data/` that come out of the review room.

It reads files and imports no Rasa; only `play` does, which plays stories on the trained model.
"""
