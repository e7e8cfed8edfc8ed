"""A small reverse-mode tape on NumPy, layers, optimizers and a training loop: something to compress and to distil.

Read ``tape/node.py`` (back-propagation itself), ``tape/arithmetic.py`` (its rules), ``tensor.py``, then any layer.

>>> import numpy as np
>>> rng = np.random.default_rng(0)
>>> model = Sequential(Linear(2, 16, rng=rng), Tensor.tanh, Linear(16, 2, rng=rng))
>>> x, labels = np.float32([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])    # exclusive or
>>> adam = Adam(model.named_parameters(), lr=0.05)
>>> _ = fit(model, [(x, labels)], optimizer=adam, epochs=100, loss=cross_entropy, progress=False)
>>> with no_grad():
...     model(x).data.argmax(axis=1)
array([0, 1, 1, 0])
"""

from minicompress.nn.gradcheck import check_gradients, numerical_gradient
from minicompress.nn.layers.attention import MultiHeadAttention, attention_weights
from minicompress.nn.layers.conv1d import Conv1d, conv1d
from minicompress.nn.layers.dropout import Dropout
from minicompress.nn.layers.embedding import Embedding, embedding
from minicompress.nn.layers.gru import GRU
from minicompress.nn.layers.layer_norm import LayerNorm, layer_norm
from minicompress.nn.layers.linear import Linear, linear
from minicompress.nn.losses import cross_entropy
from minicompress.nn.module import Module
from minicompress.nn.optimizers.adam import Adam
from minicompress.nn.optimizers.base import Optimizer, clip_gradients
from minicompress.nn.optimizers.schedules import cosine_schedule
from minicompress.nn.optimizers.sgd import SGD
from minicompress.nn.sequential import Sequential
from minicompress.nn.stored import StoredWeight
from minicompress.nn.tape.node import is_recording, no_grad
from minicompress.nn.tape.shaping import concatenate
from minicompress.nn.tensor import Tensor, as_tensor, parameter
from minicompress.nn.training_loop import History, fit

__all__ = [
    "GRU",
    "SGD",
    "Adam",
    "Conv1d",
    "Dropout",
    "Embedding",
    "History",
    "LayerNorm",
    "Linear",
    "Module",
    "MultiHeadAttention",
    "Optimizer",
    "Sequential",
    "StoredWeight",
    "Tensor",
    "as_tensor",
    "attention_weights",
    "check_gradients",
    "clip_gradients",
    "concatenate",
    "conv1d",
    "cosine_schedule",
    "cross_entropy",
    "embedding",
    "fit",
    "is_recording",
    "layer_norm",
    "linear",
    "no_grad",
    "numerical_gradient",
    "parameter",
]
