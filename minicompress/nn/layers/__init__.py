"""The layers, one file each: the function with its gradient first, then the module that holds its weights."""
