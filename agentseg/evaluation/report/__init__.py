"""The report of runs: one HTML file that opens from disk, needs no network and no script."""

from agentseg.evaluation.report.write import write_report

__all__ = ["write_report"]
