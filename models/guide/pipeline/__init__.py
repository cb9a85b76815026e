"""From hand-written questions and answers to a GGUF file: see ../make.py for the order of the steps."""
