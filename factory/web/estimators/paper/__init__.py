"""The models of the paper's pipeline, and others of their kind, run with torch. Nothing here imports torch before a
model is opened; `pip install spatial-qa-factory[paper]` brings it."""
