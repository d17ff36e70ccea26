"""Activations on a grid that has both tails and no kink."""

import torch
from torch.nn import functional as F

GRID = [
    -100.0, -20.0, -6.5, -3.7, -2.9, -1.3, -0.7, -0.3, -0.01, 0.02,
    0.3, 0.45, 0.55, 0.9, 1.2, 2.8, 3.1, 5.9, 20.0, 100.0,
]

# The call in the language, and the function it has to agree with.
ACTIVATIONS = {
    "celu": ("celu(x)", F.celu),
    "celu/alpha": ("celu(x, alpha: 1.7)", lambda x: F.celu(x, 1.7)),
    "elu": ("elu(x)", F.elu),
    "elu/alpha": ("elu(x, alpha: 0.4)", lambda x: F.elu(x, 0.4)),
    "gelu": ("gelu(x)", F.gelu),
    "gelu/approximate": (
        "gelu(x, approximate: true)", lambda x: F.gelu(x, approximate="tanh")),
    "glu": ("glu(x)", F.glu),
    "hardSigmoid": ("hardSigmoid(x)", F.hardsigmoid),
    "hardSwish": ("hardSwish(x)", F.hardswish),
    "hardTanh": ("hardTanh(x)", F.hardtanh),
    "hardTanh/bounds": ("hardTanh(x, low: -3.0, high: 2.0)", lambda x: F.hardtanh(x, -3.0, 2.0)),
    "identity": ("identity(x)", lambda x: x * 1),
    "leakyRelu": ("leakyRelu(x)", F.leaky_relu),
    "leakyRelu/slope": ("leakyRelu(x, slope: 0.3)", lambda x: F.leaky_relu(x, 0.3)),
    "logSoftmax": ("logSoftmax(x)", lambda x: F.log_softmax(x, -1)),
    "mish": ("mish(x)", F.mish),
    "relu": ("relu(x)", F.relu),
    "selu": ("selu(x)", F.selu),
    "sigmoid": ("sigmoid(x)", torch.sigmoid),
    "silu": ("silu(x)", F.silu),
    "softmax": ("softmax(x)", lambda x: F.softmax(x, -1)),
    "softplus": ("softplus(x)", F.softplus),
    "softShrink": ("softShrink(x)", F.softshrink),
    "softShrink/threshold": ("softShrink(x, threshold: 1.0)", lambda x: F.softshrink(x, 1.0)),
    "softsign": ("softsign(x)", F.softsign),
    "tanh": ("tanh(x)", torch.tanh),
    "logSigmoid": ("logSigmoid(x)", F.logsigmoid),
    "relu6": ("relu6(x)", F.relu6),
}


def add(book):
    x = torch.tensor(GRID).reshape(5, 4)
    for name, (call, function) in ACTIVATIONS.items():
        book.call(
            f"activations/{name}", call, lambda v, function=function: function(v["x"]),
            inputs={"x": x})
