"""Optimizers: gradients into steps."""
