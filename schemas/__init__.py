"""The contracts: frozen models and the Arrow schemas derived from them. Imports numpy, pydantic and pyarrow only."""
