"""Perceivers of real pictures by open-vocabulary models of transformers (extra ``vision``); no torchvision needed."""
