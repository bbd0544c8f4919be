"""The kitchen perceiver's training: render, train, export, evaluate; each is a ``python -m`` script with ``--help``."""
