"""Pruning: which weights to keep. Every mask is boolean, True = kept."""

from minicompress.pruning.magnitude import magnitude_mask

__all__ = ["magnitude_mask"]
