"""Recipes: a run of several stages as one TOML file, shipped ones by name, and the paper's ablations of each.

agentseg train --recipe kitchen-micro --out runs/kitchen
"""
