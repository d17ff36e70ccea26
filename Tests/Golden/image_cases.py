"""Convolutions, pooling and the layers of images and series."""

import torch
from torch import nn
from torch.nn import functional as F


def add(book):
    convolutions(book)
    transposed(book)
    pooling(book)
    sizes(book)
    blocks(book)
    largest(book)
    borders(book)
    series(book)


def convolutions(book):
    """Conv2D, Conv1D and DepthwiseConv2D with their options; "same" against explicit padding."""
    def case(name, make, shape, weight, padding=0, border=None, **options):
        function = F.conv1d if len(shape) == 3 else F.conv2d

        def reference(v):
            x = F.pad(v["x"], border) if border else v["x"]
            return function(x, v["W"], v.get("b"), padding=padding, **options)

        params = {"W": book.normal(*weight)}
        if "bias: false" not in make:
            params["b"] = book.normal(weight[0])
        book.call(
            f"images/{name}", "f(x)", reference, make=make, inputs={"x": book.normal(*shape)},
            params=params, tolerance="loose")

    case("Conv2D", "Conv2D(5, 3)", (2, 3, 6, 7), (5, 3, 3, 3))
    case("Conv2D/point", "Conv2D(4, 1)", (2, 3, 4, 5), (4, 3, 1, 1))
    case("Conv2D/pointStride", "Conv2D(4, 1, stride: 2)", (2, 3, 5, 5), (4, 3, 1, 1), stride=2)
    case("Conv2D/noBias", "Conv2D(2, 2, bias: false)", (1, 1, 4, 4), (2, 1, 2, 2))
    case(
        "Conv2D/stride", "Conv2D(4, (3, 2), stride: (2, 3), padding: (1, 0))", (2, 2, 7, 8),
        (4, 2, 3, 2), padding=(1, 0), stride=(2, 3))
    case(
        "Conv2D/dilation", "Conv2D(3, 3, dilation: (2, 1), padding: 2)", (1, 2, 6, 5),
        (3, 2, 3, 3), padding=2, dilation=(2, 1))
    case(
        "Conv2D/groups", "Conv2D(6, 3, padding: 1, groups: 2)", (2, 4, 5, 5), (6, 2, 3, 3),
        padding=1, groups=2)
    case(
        "Conv2D/same", "Conv2D(3, 3, padding: \"same\")", (2, 2, 5, 4), (3, 2, 3, 3),
        padding="same")
    case(
        "Conv2D/sameEven", "Conv2D(3, 4, padding: \"same\")", (1, 2, 5, 6), (3, 2, 4, 4),
        padding="same")
    # TensorFlow's rule: ⌈7 / 2⌉ = 4 windows of 3 need 9 rows, one before and one after;
    # ⌈6 / 2⌉ = 3 windows need 7 columns, the one missing goes after.
    case(
        "Conv2D/sameStride", "Conv2D(3, 3, stride: 2, padding: \"same\")", (2, 2, 7, 6),
        (3, 2, 3, 3), border=(0, 1, 1, 1), stride=2)
    case("Conv2D/wide", "Conv2D(4, 5, padding: 2)", (1, 7, 20, 21), (4, 7, 5, 5), padding=2)
    case("Conv1D", "Conv1D(4, 3)", (2, 3, 9), (4, 3, 3))
    case(
        "Conv1D/options", "Conv1D(4, 3, stride: 2, padding: 2, dilation: 2, groups: 2)",
        (2, 4, 11), (4, 2, 3), padding=2, stride=2, dilation=2, groups=2)
    case("Conv1D/same", "Conv1D(2, 4, padding: \"same\")", (2, 2, 7), (2, 2, 4), padding="same")
    case(
        "DepthwiseConv2D", "DepthwiseConv2D(3, padding: 1)", (2, 4, 5, 6), (4, 1, 3, 3),
        padding=1, groups=4)
    case(
        "DepthwiseConv2D/multiplier",
        "DepthwiseConv2D((3, 5), multiplier: 2, stride: 2, padding: (1, 2))", (2, 3, 7, 6),
        (6, 1, 3, 5), padding=(1, 2), stride=2, groups=3)


def transposed(book):
    def case(name, make, shape, weight, filters, cut=None, **options):
        function = F.conv_transpose1d if len(shape) == 3 else F.conv_transpose2d

        def reference(v):
            y = function(v["x"], v["W"], None if cut else v["b"], **options)
            return y[:, :, cut[0], cut[1]] + v["b"].reshape(-1, 1, 1) if cut else y

        book.call(
            f"images/{name}", "f(x)", reference, make=make, inputs={"x": book.normal(*shape)},
            params={"W": book.normal(*weight), "b": book.normal(filters)}, tolerance="loose")

    case("ConvTranspose2D", "ConvTranspose2D(4, 3)", (2, 3, 4, 5), (3, 4, 3, 3), 4)
    case(
        "ConvTranspose2D/double", "ConvTranspose2D(2, 4, stride: 2, padding: 1)", (2, 3, 3, 4),
        (3, 2, 4, 4), 2, stride=2, padding=1)
    case(
        "ConvTranspose2D/outputPadding",
        "ConvTranspose2D(2, 3, stride: (2, 3), padding: 1, outputPadding: (1, 2))", (1, 3, 3, 2),
        (3, 2, 3, 3), 2, stride=(2, 3), padding=1, output_padding=(1, 2))
    case(
        "ConvTranspose2D/options",
        "ConvTranspose2D(6, 3, stride: 2, padding: (2, 1), dilation: 2, groups: 2)", (2, 4, 4, 3),
        (4, 3, 3, 3), 6, stride=2, padding=(2, 1), dilation=2, groups=2)
    # Twice the size: (4 - 1)·2 + 3 = 9 rows, one too many, which goes after.
    case(
        "ConvTranspose2D/same", "ConvTranspose2D(2, 3, stride: 2, padding: \"same\")",
        (1, 3, 4, 4), (3, 2, 3, 3), 2, cut=(slice(0, 8), slice(0, 8)), stride=2)
    case(
        "ConvTranspose1D", "ConvTranspose1D(4, 4, stride: 2, padding: 1)", (2, 3, 5), (3, 4, 4), 4,
        stride=2, padding=1)
    case(
        "ConvTranspose1D/options",
        "ConvTranspose1D(4, 3, stride: 3, outputPadding: 2, dilation: 2, groups: 2)", (2, 2, 4),
        (2, 2, 3), 4, stride=3, output_padding=2, dilation=2, groups=2)


def pooling(book):
    image, series = book.normal(2, 3, 7, 6), book.normal(2, 3, 9)
    for name, make, x, reference in (
        ("MaxPool2D", "MaxPool2D(2)", image, lambda x: F.max_pool2d(x, 2)),
        ("MaxPool2D/options", "MaxPool2D((3, 2), stride: (2, 1), padding: 1)", image,
         lambda x: F.max_pool2d(x, (3, 2), (2, 1), 1)),
        ("MaxPool2D/overlap", "MaxPool2D(3, stride: 2, padding: 1)", image,
         lambda x: F.max_pool2d(x, 3, 2, 1)),
        ("AvgPool2D", "AvgPool2D(2)", image, lambda x: F.avg_pool2d(x, 2)),
        ("AvgPool2D/options", "AvgPool2D((3, 2), stride: (2, 1), padding: 1)", image,
         lambda x: F.avg_pool2d(x, (3, 2), (2, 1), 1)),
        ("MaxPool1D", "MaxPool1D(2)", series, lambda x: F.max_pool1d(x, 2)),
        ("MaxPool1D/options", "MaxPool1D(3, stride: 1, padding: 1)", series,
         lambda x: F.max_pool1d(x, 3, 1, 1)),
        ("AvgPool1D", "AvgPool1D(2)", series, lambda x: F.avg_pool1d(x, 2)),
        ("AvgPool1D/options", "AvgPool1D(3, stride: 2, padding: 1)", series,
         lambda x: F.avg_pool1d(x, 3, 2, 1)),
        ("GlobalAvgPool1D", "GlobalAvgPool1D()", series, lambda x: x.mean(2)),
        ("GlobalAvgPool2D", "GlobalAvgPool2D()", image, lambda x: x.mean((2, 3))),
        ("GlobalMaxPool2D", "GlobalMaxPool2D()", image, lambda x: x.amax((2, 3))),
        ("AdaptiveAvgPool2D", "AdaptiveAvgPool2D((3, 4))", image,
         lambda x: F.adaptive_avg_pool2d(x, (3, 4))),
        ("AdaptiveAvgPool2D/even", "AdaptiveAvgPool2D((7, 2))", image,
         lambda x: F.adaptive_avg_pool2d(x, (7, 2))),
    ):
        book.call(
            f"images/{name}", "f(x)", lambda v: reference(v["x"]), make=make, inputs={"x": x})
    # Of equal elements the first gets the whole gradient.
    book.call(
        "images/MaxPool2D/ties", "f(x)", lambda v: F.max_pool2d(v["x"], 3, 1, 1),
        make="MaxPool2D(3, stride: 1, padding: 1)", inputs={"x": torch.ones(1, 1, 4, 4)})


def sizes(book):
    x = book.normal(2, 4, 3, 5)
    resize = F.interpolate
    for name, make, reference in (
        ("Upsample2D", "Upsample2D((2, 3))", lambda x: resize(x, scale_factor=(2, 3))),
        ("Upsample2D/bilinear", "Upsample2D(2, mode: \"bilinear\")",
         lambda x: resize(x, scale_factor=2, mode="bilinear")),
        ("resize/nearest", "Lambda(x => resize(x, (7, 4)))", lambda x: resize(x, (7, 4))),
        ("resize/bilinear", "Lambda(x => resize(x, (2, 8), mode: \"bilinear\"))",
         lambda x: resize(x, (2, 8), mode="bilinear")),
        ("Pad2D", "Pad2D((1, 2), value: 0.5)", lambda x: F.pad(x, (2, 2, 1, 1), value=0.5)),
        ("Pad2D/reflect", "Pad2D((2, 1, 0, 3), mode: \"reflect\")",
         lambda x: F.pad(x, (0, 3, 2, 1), mode="reflect")),
        ("Pad2D/edge", "Pad2D((1, 2, 3, 0), mode: \"edge\")",
         lambda x: F.pad(x, (3, 0, 1, 2), mode="replicate")),
        ("Crop2D", "Crop2D((1, 0, 2, 1))", lambda x: x[:, :, 1:, 2:-1]),
        ("PixelShuffle", "PixelShuffle(2)", lambda x: F.pixel_shuffle(x, 2)),
        ("SpatialDropout", "SpatialDropout(0.5)", lambda x: x * 1),
        ("RandomFlip", "RandomFlip()", lambda x: x * 1),
        ("RandomCrop", "RandomCrop((3, 2))", lambda x: x[:, :, :, 1:3]),
        ("RandomRotate", "RandomRotate(30)", lambda x: x * 1),
        ("ColorJitter", "ColorJitter(brightness: 0.5)", lambda x: x * 1),
    ):
        book.call(
            f"images/{name}", "f(x)", lambda v: reference(v["x"]), make=make, inputs={"x": x})


def blocks(book):
    x = book.normal(3, 4, 5, 3)
    params = {"scale": book.uniform(4, high=2.0), "shift": book.normal(4)}
    book.call(
        "images/InstanceNorm", "f(x)",
        lambda v: F.instance_norm(v["x"], weight=v["scale"], bias=v["shift"]),
        make="InstanceNorm()", inputs={"x": x}, params=params, tolerance="loose")
    book.call(
        "images/Normalize", "f(x)",
        lambda v: (v["x"] - v["mean"].reshape(4, 1, 1)) / v["std"].reshape(4, 1, 1),
        make="Normalize([0, 0, 0, 0], [1, 1, 1, 1])", inputs={"x": x},
        states={"mean": book.normal(4), "std": book.uniform(4, low=0.5, high=2.0)})
    for merge, join in (
        ("concat", lambda a, b: torch.cat([a, b], 1)), ("add", torch.add),
        ("multiply", torch.mul), ("mean", lambda a, b: (a + b) / 2), ("maximum", torch.maximum),
    ):
        book.call(
            f"images/Parallel/{merge}", "f(x)", lambda v: join(torch.tanh(v["x"]), v["x"] ** 2),
            make=f"Parallel(tanh, Lambda(x => x * x), merge: \"{merge}\")", inputs={"x": x})

    def network(v, training):
        h = F.conv2d(v["x"], v["0.W"], padding=1)
        h = F.batch_norm(
            h, v["1.mean"], v["1.variance"], v["1.scale"], v["1.shift"], training)
        h = F.max_pool2d(F.relu(h), 2)
        h = F.conv2d(h, v["4.W"], v["4.b"], stride=2, padding=1).mean((2, 3))
        return h @ v["6.W"] + v["6.b"]

    for mode in ("training", "inference"):
        book.call(
            f"images/network/{mode}", "f(x)", lambda v: network(v, mode == "training"),
            make="Conv2D(6, 3, padding: 1, bias: false) >> BatchNorm() >> relu >> MaxPool2D(2)"
                 " >> Conv2D(5, 3, stride: 2, padding: 1) >> GlobalAvgPool2D() >> Dense(2)",
            inputs={"x": book.normal(3, 2, 8, 6)},
            params={
                "0.W": book.normal(6, 2, 3, 3), "1.scale": book.uniform(6, high=2.0),
                "1.shift": book.normal(6), "4.W": book.normal(5, 6, 3, 3), "4.b": book.normal(5),
                "6.W": book.normal(5, 2), "6.b": book.normal(2)},
            states={"1.mean": book.normal(6), "1.variance": book.uniform(6, low=0.5, high=2.0)},
            mode=mode, tolerance="loose", trains=False)     # rounding turns its path


def largest(book):
    image, series = book.normal(2, 3, 7, 10), book.normal(2, 3, 9)
    for name, make, x, reference in (
        ("GlobalMaxPool1D", "GlobalMaxPool1D()", series, lambda x: x.amax(2)),
        ("AdaptiveMaxPool2D", "AdaptiveMaxPool2D((3, 4))", image,
         lambda x: F.adaptive_max_pool2d(x, (3, 4))),
        ("AdaptiveMaxPool2D/even", "AdaptiveMaxPool2D((7, 2))", image,
         lambda x: F.adaptive_max_pool2d(x, (7, 2))),
    ):
        book.call(
            f"images/{name}", "f(x)", lambda v: reference(v["x"]), make=make, inputs={"x": x})


def borders(book):
    """What a border of "same" or "causal" gives, and borders that do not count."""
    image, series = book.normal(2, 3, 7, 6), book.normal(2, 3, 8)
    # TensorFlow's rule: 4 windows of 3 over 7 rows need 9, 3 over 6 columns 7, the odd one last.
    for name, make, x, reference in (
        ("MaxPool2D/same", 'MaxPool2D(3, stride: 2, padding: "same")', image,
         lambda x: F.max_pool2d(F.pad(x, (0, 1, 1, 1), value=-torch.inf), 3, 2)),
        ("MaxPool1D/same", 'MaxPool1D(2, stride: 1, padding: "same")', series,
         lambda x: F.max_pool1d(F.pad(x, (0, 1), value=-torch.inf), 2, 1)),
        ("AvgPool2D/same", 'AvgPool2D(3, stride: 1, padding: "same")', image,
         lambda x: F.avg_pool2d(x, 3, 1, 1)),
        ("AvgPool2D/countIncludePad",
         "AvgPool2D((3, 2), stride: 2, padding: 1, countIncludePad: false)", image,
         lambda x: F.avg_pool2d(x, (3, 2), 2, 1, count_include_pad=False)),
        ("AvgPool1D/countIncludePad", "AvgPool1D(3, stride: 2, padding: 1, countIncludePad: false)",
         series, lambda x: F.avg_pool1d(x, 3, 2, 1, count_include_pad=False)),
    ):
        book.call(
            f"images/{name}", "f(x)", lambda v: reference(v["x"]), make=make, inputs={"x": x})
    book.call(
        "images/Conv1D/causal", "f(x)",
        lambda v: F.conv1d(F.pad(v["x"], (4, 0)), v["W"], v["b"], dilation=2),
        make='Conv1D(4, 3, padding: "causal", dilation: 2)', inputs={"x": series},
        params={"W": book.normal(4, 3, 3), "b": book.normal(4)}, tolerance="loose")


def series(book):
    """What series are resized, padded, cropped and pooled by, against the modules of torch."""
    x = book.normal(2, 3, 7)
    for name, make, module in (
        ("Upsample1D", "Upsample1D(3)", nn.Upsample(scale_factor=3)),
        ("Upsample1D/linear", "Upsample1D(3, mode: \"linear\")",
         nn.Upsample(scale_factor=3, mode="linear")),
        ("Pad1D", "Pad1D((1, 3))", nn.ZeroPad1d((1, 3))),
        ("Pad1D/value", "Pad1D(2, value: -0.5)", nn.ConstantPad1d(2, -0.5)),
        ("Pad1D/reflect", "Pad1D((4, 1), mode: \"reflect\")", nn.ReflectionPad1d((4, 1))),
        ("Pad1D/edge", "Pad1D((0, 3), mode: \"edge\")", nn.ReplicationPad1d((0, 3))),
        ("Crop1D", "Crop1D((1, 3))", nn.ConstantPad1d((-1, -3), 0.0)),
        ("AdaptiveAvgPool1D", "AdaptiveAvgPool1D(3)", nn.AdaptiveAvgPool1d(3)),
        ("AdaptiveAvgPool1D/more", "AdaptiveAvgPool1D(11)", nn.AdaptiveAvgPool1d(11)),
        ("AdaptiveAvgPool1D/one", "AdaptiveAvgPool1D(1)", nn.AdaptiveAvgPool1d(1)),
        ("AdaptiveMaxPool1D", "AdaptiveMaxPool1D(3)", nn.AdaptiveMaxPool1d(3)),
        ("AdaptiveMaxPool1D/more", "AdaptiveMaxPool1D(11)", nn.AdaptiveMaxPool1d(11)),
        ("AdaptiveMaxPool1D/one", "AdaptiveMaxPool1D(1)", nn.AdaptiveMaxPool1d(1)),
    ):
        book.call(
            f"images/{name}", "f(x)", lambda v: module(v["x"]), make=make, inputs={"x": x})
