"""The kitchen student: a small Qwen3 with a tokenizer of its own, made from nothing."""
