"""Evaluation: metrics, datasets, runs and their report."""
