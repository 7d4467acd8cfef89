"""Your Say: a rights and help chatbot for young people in England."""
