"""The other side of the comparison: the pipeline and policies of `rasa init`, trained on our content."""
