"""The tape in small parts: one node, and the families of operations that a tensor is mixed from.

Read ``node`` first (how a gradient travels), then ``arithmetic`` (what an operation adds to it).
"""
