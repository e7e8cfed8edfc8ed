"""Kernels against what a user would pick instead.

``python -m benchmarks [--quick] [--only NAME] [--threads N] [--json FILE]``
"""
