"""Training that needs data, models and algorithms together; long runs are commands (``__main__``)."""
