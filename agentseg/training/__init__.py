"""Training: how the models that agentseg ships were made. Needs the training extras; nothing below imports it."""
