"""The definition of each hot operation: NumPy only, explicit, short. One file per operation family.

Every public function here may have a twin of the same name and signature in ``minicompress.kernels``; the suite holds
each twin against the definition. Nothing here checks arguments: callers in the rows above have done so.
"""
