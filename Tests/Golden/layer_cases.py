"""Layers, with their params set to given values, in training or inference mode."""

import torch
from torch.nn import functional as F


def add(book):
    dense(book)
    shapes(book)
    normalisation(book)
    batch_norm(book)
    book.call(
        "layers/Embedding", "f(x)", lambda v: F.embedding(v["x"], v["W"]),
        make="Embedding(7, 3)", inputs={"x": torch.tensor([[1, 6, 1, 0], [3, 1, 5, 5]])},
        params={"W": book.normal(7, 3)})
    book.call(
        "layers/PRelu", "f(x)", lambda v: F.prelu(v["x"], v["slope"].reshape(1)),
        make="PRelu()", inputs={"x": book.normal(4, 5)}, params={"slope": torch.tensor(0.35)})
    bilinear(book)
    options(book)
    several_axes(book)


def bilinear(book):
    pair = {"a": book.normal(5, 2), "c": book.normal(5, 3)}
    weights = {"W": book.normal(4, 2, 3), "b": book.normal(4)}
    book.call(
        "layers/Bilinear", "f(a, c)", lambda v: F.bilinear(v["a"], v["c"], v["W"], v["b"]),
        make="Bilinear(4)", inputs=pair, params=weights)
    book.call(
        "layers/Bilinear/options", "f(a, c)",
        lambda v: torch.tanh(F.bilinear(v["a"], v["c"], v["W"])),
        make="Bilinear(4, tanh, bias: false)",
        inputs={"a": book.normal(2, 3, 2), "c": book.normal(2, 3, 3)}, params={"W": weights["W"]})
    book.call(
        "layers/TimeDistributed", "f(x)",
        lambda v: F.conv1d(v["x"].reshape(6, 2, 5), v["layer.W"], v["layer.b"]).reshape(2, 3, 4, 3),
        make="TimeDistributed(Conv1D(4, 3))", inputs={"x": book.normal(2, 3, 2, 5)},
        params={"layer.W": book.normal(4, 2, 3), "layer.b": book.normal(4)})


def dense(book):
    def linear(v, prefix=""):
        y = v["x"] @ v[prefix + "W"]
        return y + v[prefix + "b"] if prefix + "b" in v else y

    weights = {"W": book.normal(4, 3), "b": book.normal(3)}
    book.call(
        "layers/Dense", "f(x)", linear, make="Dense(3)",
        inputs={"x": book.normal(5, 4)}, params=weights)
    book.call(
        "layers/Dense/activation", "f(x)", lambda v: torch.tanh(linear(v)), make="Dense(3, tanh)",
        inputs={"x": book.normal(5, 4)}, params=weights)
    book.call(
        "layers/Dense/sequence", "f(x)", linear, make="Dense(3)",
        inputs={"x": book.normal(2, 6, 4)}, params=weights)
    book.call(
        "layers/Dense/vector", "f(x)", linear, make="Dense(3)",
        inputs={"x": book.normal(4)}, params=weights)
    book.call(
        "layers/Dense/noBias", "f(x)", linear, make="Dense(3, bias: false)",
        inputs={"x": book.normal(5, 4)}, params={"W": weights["W"]})
    book.call(
        "layers/Residual", "f(x)", lambda v: v["x"] + torch.sigmoid(linear(v, "inner.")),
        make="Residual(Dense(4, sigmoid))", inputs={"x": book.normal(5, 4)},
        params={"inner.W": book.normal(4, 4), "inner.b": book.normal(4)})
    book.call(
        "layers/chain", "f(x)",
        lambda v: F.relu(v["x"] @ v["0.W"] + v["0.b"]) @ v["1.W"] + v["1.b"],
        make="Dense(6, relu) >> Dense(2)", inputs={"x": book.normal(5, 4)},
        params={
            "0.W": book.normal(4, 6), "0.b": book.normal(6),
            "1.W": book.normal(6, 2), "1.b": book.normal(2)})


def shapes(book):
    x = book.normal(3, 2, 4)
    same = lambda v: v["x"] * 1
    for make, reference in {
        "Flatten()": lambda v: v["x"].reshape(3, 8),
        "Reshape([4, 2])": lambda v: v["x"].reshape(3, 4, 2),
        "Identity()": same,
        "Lambda(x => x * x)": lambda v: v["x"] ** 2,
        "Dropout(0.5)": same,
        "GaussianNoise(1.0)": same,
    }.items():
        name = make.split("(")[0]
        book.call(f"layers/{name}", "f(x)", reference, make=make, inputs={"x": x})


def normalisation(book):
    image, rows = book.normal(2, 6, 3, 2), book.normal(4, 3, 6)
    params = {"scale": book.uniform(6, high=2.0), "shift": book.normal(6)}
    book.call(
        "layers/LayerNorm", "f(x)",
        lambda v: F.layer_norm(v["x"], [6], v["scale"], v["shift"], 1e-5),
        make="LayerNorm()", inputs={"x": rows}, params=params, tolerance="loose")
    book.call(
        "layers/LayerNorm/eps", "f(x)",
        lambda v: F.layer_norm(v["x"], [6], v["scale"], v["shift"], 0.1),
        make="LayerNorm(eps: 0.1)", inputs={"x": rows}, params=params, tolerance="loose")
    book.call(
        "layers/RMSNorm", "f(x)", lambda v: F.rms_norm(v["x"], [6], v["scale"], 1e-6),
        make="RMSNorm()", inputs={"x": rows}, params={"scale": params["scale"]},
        tolerance="loose")
    book.call(
        "layers/GroupNorm", "f(x)",
        lambda v: F.group_norm(v["x"], 3, v["scale"], v["shift"], 1e-5),
        make="GroupNorm(3)", inputs={"x": image}, params=params, tolerance="loose")


def batch_norm(book):
    def norm(training, momentum=0.1, eps=1e-5):
        return lambda v: F.batch_norm(
            v["x"], v["mean"], v["variance"], v.get("scale"), v.get("shift"), training, momentum,
            eps)

    params = {"scale": book.uniform(3, high=2.0), "shift": book.normal(3)}
    states = {"mean": book.normal(3), "variance": book.uniform(3, low=0.5, high=2.0)}
    for name, shape in (("rows", (7, 3)), ("series", (4, 3, 5)), ("images", (2, 3, 4, 2))):
        for mode in ("training", "inference"):
            book.call(
                f"layers/BatchNorm/{name}/{mode}", "f(x)", norm(mode == "training"),
                make="BatchNorm()", inputs={"x": book.normal(*shape)}, params=params,
                states=states, mode=mode, tolerance="loose")
    book.call(
        "layers/BatchNorm/options", "f(x)", norm(True, 0.3, 0.01),
        make="BatchNorm(eps: 0.01, momentum: 0.3, affine: false)",
        inputs={"x": book.normal(7, 3)}, states=states, mode="training", tolerance="loose")


def options(book):
    """Layers without their params, padding of embeddings, weights that are used twice."""
    rows, image = book.normal(4, 3, 6), book.normal(2, 6, 3, 2)
    scale = {"scale": book.uniform(6, high=2.0)}
    for name, make, x, params, reference in (
        ("LayerNorm/plain", "LayerNorm(affine: false)", rows, {},
         lambda v: F.layer_norm(v["x"], [6])),
        ("LayerNorm/noBias", "LayerNorm(bias: false)", rows, scale,
         lambda v: F.layer_norm(v["x"], [6], v["scale"])),
        ("RMSNorm/plain", "RMSNorm(affine: false)", rows, {},
         lambda v: F.rms_norm(v["x"], [6], eps=1e-6)),
        ("GroupNorm/plain", "GroupNorm(3, affine: false)", image, {},
         lambda v: F.group_norm(v["x"], 3)),
        ("InstanceNorm/plain", "InstanceNorm(affine: false)", image, {},
         lambda v: F.instance_norm(v["x"])),
    ):
        book.call(
            f"layers/{name}", "f(x)", reference, make=make, inputs={"x": x}, params=params,
            tolerance="loose")

    numbers, table = torch.tensor([[1, 2, 1, 0], [3, 2, 5, 2]]), {"W": book.normal(6, 3)}

    def padded(v):
        y = F.embedding(v["x"], v["W"], padding_idx=2)
        return torch.where((v["x"] == 2)[..., None], 0.0, y)    # torch reads what W has there

    book.call(
        "layers/Embedding/paddingIndex", "f(x)", padded, make="Embedding(6, 3, paddingIndex: 2)",
        inputs={"x": numbers}, params=table)
    book.call(
        "layers/Embedding/attend", "f.attend(tanh(f(x)))",
        lambda v: torch.tanh(F.embedding(v["x"], v["W"])) @ v["W"].T, make="Embedding(6, 3)",
        inputs={"x": numbers}, params=table)
    both = {
        "0.W": book.normal(6, 2), "0.b": book.normal(2),
        "1.W": book.normal(6, 3), "1.b": book.normal(3)}
    book.call(
        "layers/Parallel", "f(x)",
        lambda v: torch.cat([v["x"] @ v[f"{i}.W"] + v[f"{i}.b"] for i in (0, 1)], dim=-1),
        make="Parallel(Dense(2), Dense(3), axis: -1)", inputs={"x": rows}, params=both)


def several_axes(book):
    """Norms and reductions over other axes than the last; ours have flat params."""
    rows, image = book.normal(4, 3, 5), book.normal(2, 4, 3, 2)

    def layer_norm(shape, eps=1e-5):
        def reference(v):
            scale, shift = (v[key].reshape(shape) if key in v else None for key in ("scale", "shift"))
            return F.layer_norm(v["x"], shape, scale, shift, eps)
        return reference

    def channels(v):
        y = F.layer_norm(v["x"].permute(0, 2, 3, 1), [4], v["scale"], v["shift"], 1e-6)
        return y.permute(0, 3, 1, 2)

    def params(count, *keys):
        made = {"scale": book.uniform(count, high=2.0), "shift": book.normal(count)}
        return {key: made[key] for key in keys}

    for name, make, x, weights, reference in (
        ("LayerNorm/axes", "LayerNorm(axis: [-2, -1])", rows, params(15, "scale", "shift"),
         layer_norm([3, 5])),
        ("LayerNorm/image", "LayerNorm(0.1, bias: false, axis: [3, 1, 2])", image,
         params(24, "scale"), layer_norm([4, 3, 2], 0.1)),
        ("LayerNorm/axesPlain", "LayerNorm(affine: false, axis: [1, 2])", rows, {},
         layer_norm([3, 5])),
        ("LayerNorm/channels", "LayerNorm(1e-6, axis: 1)", image, params(4, "scale", "shift"),
         channels),
        ("RMSNorm/axes", "RMSNorm(axis: [-2, -1])", rows, params(15, "scale"),
         lambda v: F.rms_norm(v["x"], [3, 5], v["scale"].reshape(3, 5), 1e-6)),
    ):
        book.call(
            f"layers/{name}", "f(x)", reference, make=make, inputs={"x": x}, params=weights,
            tolerance="loose")
    norm = torch.linalg.vector_norm
    for name, call, reference in (
        ("norm/axes", "x.norm(axis: [0, 2])", lambda x: norm(x, dim=(0, 2))),
        ("norm/kept", "norm(x, axis: [-2, -1], keepDims: true)",
         lambda x: norm(x, dim=(-2, -1), keepdim=True)),
        ("norm/one", "x.norm(axis: [0, 1], order: 1)", lambda x: norm(x, 1, (0, 1))),
        ("norm/three", "x.norm(axis: [0, 1], order: 3)", lambda x: norm(x, 3, (0, 1))),
        ("norm/inf", "x.norm(axis: [1, 2], order: inf)", lambda x: norm(x, torch.inf, (1, 2))),
        ("std/axes", "x.std(axis: [0, 2], correction: 1)", lambda x: x.std((0, 2))),
        ("variance/axes", "x.variance(axis: [-1, 0], keepDims: true)",
         lambda x: x.var((-1, 0), correction=0, keepdim=True)),
        ("logSumExp/axes", "x.logSumExp(axis: [0, 2])", lambda x: x.logsumexp((0, 2))),
        ("max/axes", "x.max(axis: [0, 2])", lambda x: x.amax((0, 2))),
        ("min/axes", "x.min(axis: [1, 2])", lambda x: x.amin((1, 2))),
        ("prod/axes", "x.prod(axis: [1, 2])", lambda x: x.prod(2).prod(1)),
    ):
        book.call(f"layers/{name}", call, lambda v: reference(v["x"]), inputs={"x": rows})
