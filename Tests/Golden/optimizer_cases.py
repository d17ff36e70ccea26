"""Optimizers: the weights after each of ten steps on one small regression problem."""

import torch
from torch import optim
from torch.nn.functional import mse_loss

STEPS = 10
BLOCK = "{ mse(net(x), y) }"

# Gradients that grow and shrink, so that what an optimizer remembers matters.
WAVES = {
    "scale": lambda step: 1 + step % 3, "step": "step(opt) { (1 + i % 3) * mse(net(x), y) }"}


class Lion(optim.Optimizer):
    """Algorithm 2 of Chen et al. 2023, which torch lacks."""

    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99)):
        super().__init__(params, {"lr": lr, "betas": betas})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                p -= group["lr"] * torch.sign(beta1 * m + (1 - beta1) * p.grad)
                m.mul_(beta2).add_(p.grad, alpha=1 - beta2)


# name: (how to make it in the language, how in torch[, options of `train`])
OPTIMIZERS = {
    "SGD": ("SGD(net, lr: 0.1)", lambda p: optim.SGD(p, 0.1)),
    "SGD/momentum": (
        "SGD(net, lr: 0.05, momentum: 0.9)", lambda p: optim.SGD(p, 0.05, momentum=0.9)),
    "SGD/nesterov": (
        "SGD(net, lr: 0.05, momentum: 0.9, nesterov: true)",
        lambda p: optim.SGD(p, 0.05, momentum=0.9, nesterov=True)),
    "SGD/decay": ("SGD(net, lr: 0.1, decay: 0.2)", lambda p: optim.SGD(p, 0.1), {"decay": 0.2}),
    "SGD/exclude": (
        'SGD(net, lr: 0.1, decay: 0.2, exclude: path => path == "b")',
        lambda p: optim.SGD(p, 0.1), {"decay": 0.2, "exclude": "b"}),
    "SGD/clip": ("SGD(net, lr: 0.1, clip: 0.5)", lambda p: optim.SGD(p, 0.1), {"clip": 0.5}),
    "SGD/clipValue": (
        "SGD(net, lr: 0.1, clipValue: 0.2)", lambda p: optim.SGD(p, 0.1), {"clip_value": 0.2}),
    "SGD/clipNorm": (
        "SGD(net, lr: 0.1, clipNorm: 0.2)", lambda p: optim.SGD(p, 0.1), {"clip_norm": 0.2}),
    "SGD/maxNorm": (
        "SGD(net, lr: 0.1, maxNorm: 0.7)", lambda p: optim.SGD(p, 0.1), {"max_norm": 0.7}),
    "Adam/maxNorm": (
        "Adam(net, lr: 0.1, maxNorm: 0.7, clipNorm: 0.5)", lambda p: optim.Adam(p, 0.1),
        {"max_norm": 0.7, "clip_norm": 0.5}),
    "SGD/clipOfStep": (
        "SGD(net, lr: 0.1)", lambda p: optim.SGD(p, 0.1),
        {"clip": 0.5, "step": f"step(opt, clip: 0.5) {BLOCK}"}),
    "SGD/schedule": (
        "SGD(net, lr: linear(0.1, end: 0.0, steps: 10))", lambda p: optim.SGD(p, 0.1),
        {"lr": lambda step: 0.1 * (1 - step / 10)}),
    "Adam": ("Adam(net, lr: 0.1)", lambda p: optim.Adam(p, 0.1)),
    "Adam/options": (
        "Adam(net, lr: 0.05, beta1: 0.8, beta2: 0.95, eps: 0.01)",
        lambda p: optim.Adam(p, 0.05, (0.8, 0.95), 0.01)),
    "Adam/decay": (
        "Adam(net, lr: 0.1, decay: 0.2)", lambda p: optim.AdamW(p, 0.1, weight_decay=0.2)),
    "Adam/amsgrad": (
        "Adam(net, lr: 0.1, beta2: 0.5, amsgrad: true)",
        lambda p: optim.Adam(p, 0.1, (0.9, 0.5), amsgrad=True), WAVES),
    "AdamW/amsgrad": (
        "AdamW(net, lr: 0.05, beta1: 0.8, beta2: 0.6, eps: 0.01, decay: 0.3, amsgrad: true)",
        lambda p: optim.AdamW(p, 0.05, (0.8, 0.6), 0.01, 0.3, amsgrad=True), WAVES),
    "AdamW": ("AdamW(net, lr: 0.1)", lambda p: optim.AdamW(p, 0.1)),
    "AdamW/decay": (
        "AdamW(net, lr: 0.1, decay: 0.3)", lambda p: optim.AdamW(p, 0.1, weight_decay=0.3)),
    "Nadam": ("Nadam(net, lr: 0.05)", lambda p: optim.NAdam(p, 0.05)),
    "Nadam/options": (
        "Nadam(net, lr: 0.05, beta1: 0.8, beta2: 0.95, eps: 0.01, momentumDecay: 0.1)",
        lambda p: optim.NAdam(p, 0.05, (0.8, 0.95), 0.01, momentum_decay=0.1)),
    "RMSprop": ("RMSprop(net, lr: 0.02)", lambda p: optim.RMSprop(p, 0.02, 0.9)),
    "RMSprop/momentum": (
        "RMSprop(net, lr: 0.01, rho: 0.8, momentum: 0.7, eps: 0.01)",
        lambda p: optim.RMSprop(p, 0.01, 0.8, 0.01, momentum=0.7)),
    "RMSprop/centered": (
        "RMSprop(net, lr: 0.02, centered: true)",
        lambda p: optim.RMSprop(p, 0.02, 0.9, centered=True)),
    "RMSprop/centeredMomentum": (
        "RMSprop(net, lr: 0.01, rho: 0.8, momentum: 0.7, eps: 0.01, centered: true)",
        lambda p: optim.RMSprop(p, 0.01, 0.8, 0.01, momentum=0.7, centered=True), WAVES),
    "Adagrad": ("Adagrad(net, lr: 0.2)", lambda p: optim.Adagrad(p, 0.2)),
    "Adagrad/eps": ("Adagrad(net, lr: 0.2, eps: 0.1)", lambda p: optim.Adagrad(p, 0.2, eps=0.1)),
    "Adadelta": ("Adadelta(net)", lambda p: optim.Adadelta(p)),
    "Adadelta/options": (
        "Adadelta(net, lr: 0.5, rho: 0.8, eps: 0.001)",
        lambda p: optim.Adadelta(p, 0.5, 0.8, 0.001)),
    "Lion": ("Lion(net, lr: 0.02)", lambda p: Lion(p, 0.02)),
    "Lion/options": (
        "Lion(net, lr: 0.02, beta1: 0.7, beta2: 0.8, decay: 0.2)",
        lambda p: Lion(p, 0.02, (0.7, 0.8)), {"decay": 0.2}),
}


def add(book):
    problem = {
        "x": book.normal(8, 4), "y": 2 * book.normal(8, 3),
        "W": book.normal(4, 3), "b": book.normal(3),
    }
    for name, tensor in problem.items():
        book.store(f"optimizers/problem/{name}", tensor)
    for name, (make, build, *rest) in OPTIMIZERS.items():
        options = dict(rest[0]) if rest else {}
        step = options.pop("step", f"step(opt) {BLOCK}")
        weights, offsets = train(problem, build, torch.float64, **options)
        # A path that rounding could turn (a sign near 0) would make a worthless case.
        rough_path = train(problem, build, torch.float32, **options)
        for exact, rough in zip((weights, offsets), rough_path):
            assert torch.allclose(exact.float(), rough, rtol=1e-5, atol=1e-6), name
        book.store(f"optimizers/{name}/W", weights)
        book.store(f"optimizers/{name}/b", offsets)
        book.add(
            name=f"optimizers/{name}", kind="optimizer", net="Dense(3)", make=make, step=step,
            steps=STEPS, problem="optimizers/problem", tolerance="loose")


def train(
    problem, build, dtype, decay=0.0, exclude=None, clip=None, clip_value=None, clip_norm=None,
    max_norm=None, lr=None, scale=lambda step: 1
):
    """The weights after each step: `W [steps, 4, 3]` and `b [steps, 3]`.

    Weights decay apart from the gradient, `p ← p (1 − lr · decay)`, before the step; `max_norm`
    bounds the columns of W after it.
    """
    x, y = problem["x"].to(dtype), problem["y"].to(dtype)
    params = {key: problem[key].to(dtype).clone().requires_grad_() for key in ("W", "b")}
    optimizer = build(list(params.values()))
    history = {"W": [], "b": []}
    for step in range(STEPS):
        group = optimizer.param_groups[0]
        if lr is not None:
            group["lr"] = lr(step)
        optimizer.zero_grad()
        (scale(step) * mse_loss(x @ params["W"] + params["b"], y)).backward()
        if clip is not None:
            torch.nn.utils.clip_grad_norm_(params.values(), clip)
        if clip_norm is not None:
            for p in params.values():
                torch.nn.utils.clip_grad_norm_(p, clip_norm)
        if clip_value is not None:
            torch.nn.utils.clip_grad_value_(params.values(), clip_value)
        with torch.no_grad():
            for key, p in params.items():
                if key != exclude:
                    p *= 1 - group["lr"] * decay
        optimizer.step()
        if max_norm is not None:
            with torch.no_grad():          # torch counts units on the first axis
                params["W"].copy_(torch.renorm(params["W"].T, 2, 0, max_norm).T)
        for key, p in params.items():
            history[key].append(p.detach().clone())
    return torch.stack(history["W"]), torch.stack(history["b"])
