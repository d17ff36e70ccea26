"""Schedules at given steps, and what is known of the numbers that initializers draw."""

import math

import torch
from torch.nn import init
from torch.optim import lr_scheduler


def add(book):
    schedules(book)
    initializers(book)


def learning_rates(lr, count, build):
    """What a scheduler of torch makes of the learning rate at the steps 0 ..< count."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr)
    scheduler = build(optimizer)
    values = []
    for _ in range(count):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return values


def schedules(book):
    def case(name, make, values):
        book.add(
            name=f"schedules/{name}", kind="schedule", make=make,
            steps=list(range(len(values))), values=values, tolerance="float64")

    def torch_case(name, make, lr, count, build):
        case(name, make, learning_rates(lr, count, build))

    case("constant", "constant(0.1)", [0.1, 0.1, 0.1])
    torch_case(
        "linear", "linear(0.1, end: 0.02, steps: 8)", 0.1, 12,
        lambda o: lr_scheduler.LinearLR(o, 1.0, 0.2, 8))
    torch_case(
        "exponential", "exponential(0.1, rate: 0.9, every: 1)", 0.1, 12,
        lambda o: lr_scheduler.ExponentialLR(o, 0.9))
    case(
        "exponential/every", "exponential(0.1, rate: 0.5, every: 4)",
        [0.1 * 0.5 ** (step / 4) for step in range(10)])
    torch_case(
        "stepDecay", "stepDecay(0.1, factor: 0.5, every: 3)", 0.1, 10,
        lambda o: lr_scheduler.StepLR(o, 3, 0.5))
    torch_case(
        "piecewise", "piecewise([(0, 0.1), (3, 0.05), (5, 0.025)])", 0.1, 8,
        lambda o: lr_scheduler.MultiStepLR(o, [3, 5], 0.5))
    torch_case(
        "polynomial", "polynomial(0.1, steps: 8, power: 2)", 0.1, 11,
        lambda o: lr_scheduler.PolynomialLR(o, 8, 2.0))
    torch_case(
        "cosine", "cosine(0.1, steps: 9)", 0.1, 10,
        lambda o: lr_scheduler.CosineAnnealingLR(o, 9))
    torch_case(
        "cosine/end", "cosine(0.1, steps: 9, end: 0.01)", 0.1, 10,
        lambda o: lr_scheduler.CosineAnnealingLR(o, 9, 0.01))
    rise = [0.1 * (step + 1) / 4 for step in range(3)]
    fall = [0.05 * (1 + math.cos(math.pi * part / 6)) for part in range(7)]
    case("cosine/warmup", "cosine(0.1, steps: 9, warmup: 3)", rise + fall + [0.0, 0.0])
    torch_case(
        "cosineRestarts", "cosineRestarts(0.1, period: 4)", 0.1, 14,
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 4))
    torch_case(
        "cosineRestarts/factor", "cosineRestarts(0.1, period: 3, factor: 2)", 0.1, 24,
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 3, 2))
    torch_case(
        "oneCycle", "oneCycle(0.1, steps: 20)", 0.1, 20,
        lambda o: lr_scheduler.OneCycleLR(o, 0.1, 20))
    torch_case(
        "oneCycle/options",
        "oneCycle(0.1, steps: 20, pctStart: 0.45, divFactor: 10.0, finalDivFactor: 100.0)", 0.1,
        20, lambda o: lr_scheduler.OneCycleLR(
            o, 0.1, 20, pct_start=0.45, div_factor=10, final_div_factor=100))


def initializers(book):
    """Mean and deviation of what is drawn, and its bounds (`null`: none).

    torch's matrices are `[out, in]`, ours `[in, out]`; kernels are `[out, in, kh, kw]` in both.
    """
    def case(name, make, shape, std, mean=0.0, bound=None, orthogonal=None):
        book.add(
            name=f"initializers/{name}", kind="initializer", make=make, shape=shape, mean=mean,
            std=std, low=None if bound is None else mean - bound,
            high=None if bound is None else mean + bound, orthogonal=orthogonal)

    def fans(shape):
        theirs = shape[::-1] if len(shape) == 2 else shape
        return init._calculate_fan_in_and_fan_out(torch.empty(theirs))

    gain = init.calculate_gain("relu")
    for kind, shape in (("matrix", [60, 90]), ("kernel", [32, 16, 3, 3])):
        fan_in, fan_out = fans(shape)
        glorot = math.sqrt(2 / (fan_in + fan_out))
        he = gain / math.sqrt(fan_in)
        root = math.sqrt(3)
        case(f"glorotUniform/{kind}", "glorotUniform()", shape, glorot, bound=root * glorot)
        case(f"glorotNormal/{kind}", "glorotNormal()", shape, glorot)
        case(f"heUniform/{kind}", "heUniform()", shape, he, bound=root * he)
        case(f"heNormal/{kind}", "heNormal()", shape, he)
        case(f"lecunNormal/{kind}", "lecunNormal()", shape, 1 / math.sqrt(fan_in))
        case(
            f"lecunUniform/{kind}", "lecunUniform()", shape, 1 / math.sqrt(fan_in),
            bound=root / math.sqrt(fan_in))
    case("normal", "normal(0.02)", [80, 90], 0.02)
    case("normal/mean", "normal(2.0, mean: 1.5)", [80, 90], 2.0, 1.5)
    case("uniform", "uniform(-1, 3)", [80, 90], 4 / math.sqrt(12), 1.0, 2.0)
    density = math.exp(-2) / math.sqrt(2 * math.pi)
    cut = math.sqrt(1 - 2 * 2 * density / math.erf(math.sqrt(2)))
    case("truncatedNormal", "truncatedNormal(0.5)", [80, 90], 0.5 * cut, bound=1.0)
    case("constant", "constant(0.25)", [4, 5], 0.0, 0.25, 0.0)
    for kind, shape in (("wide", [12, 40]), ("tall", [40, 12]), ("kernel", [8, 4, 3, 3])):
        columns = math.prod(shape[1:])
        case(
            f"orthogonal/{kind}", "orthogonal()", shape, math.sqrt(1 / max(shape[0], columns)),
            bound=1.0, orthogonal=True)
