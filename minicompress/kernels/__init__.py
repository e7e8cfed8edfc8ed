"""The numba twins: same file names, function names and signatures as ``minicompress.reference``.

Each is the definition's arithmetic rearranged for the machine; integer results are equal to the bit, float results up
to the order of summation. A family or a function without a twin here runs its definition.
"""
