"""Training stages, thin over TRL's public surfaces: ``sft``, and ``teacher``, ``distill`` and ``wise`` over rollouts.

    sft(base, rows, out, SftOptions(epochs=3))

Each stage reads files, leaves its checkpoints in ``OUT/checkpoints`` and its logs in ``OUT/tensorboard``, and ends by
renaming what is complete to ``OUT/final``: weights, tokenizer, ``card.json``, README.md and curves. Called again it
goes on where it stood, or returns the card of what is finished.
"""
