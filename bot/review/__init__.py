"""The review room: where advocacy teams read, correct and approve conversation stories.

It reads the journal and the content of `data/`, and imports neither Rasa nor a channel.
"""
