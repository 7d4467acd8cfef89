"""What the bot does in answer to a message: Rasa custom actions, one idea per file.

They run inside the server's process, or in a separate action server
(`rasa run actions`) when `endpoints.yml` says so.
"""
