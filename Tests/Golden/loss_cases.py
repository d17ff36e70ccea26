"""Losses, with every reduction and option."""

import torch
from torch.nn import functional as F

REDUCTIONS = ("mean", "sum", "none")


def add(book):
    regression(book)
    likelihoods(book)
    classes(book)
    yes_or_no(book)
    vectors(book)
    generation(book)
    weighted(book)
    training(book)


def reduced(values, reduction):
    return {"mean": values.mean, "sum": values.sum, "none": values.clone}[reduction]()


def every_reduction(book, name, call, reference, inputs, **options):
    """`reference` takes values and a reduction; `call` is written without the reduction."""
    for reduction in REDUCTIONS:
        book.call(
            f"losses/{name}/{reduction}", f'{call[:-1]}, reduction: "{reduction}")',
            lambda v, reduction=reduction: reference(v, reduction), inputs=inputs, **options)


def regression(book):
    pair = {"p": 2 * book.normal(4, 3), "y": book.normal(4, 3)}
    signs = {"p": book.normal(4, 3), "y": torch.tensor([1.0, -1.0] * 6).reshape(4, 3)}
    far = {"p": torch.tensor([100.0, -100.0, 0.5]), "y": torch.tensor([0.0, 1.0, -0.5])}

    def log_cosh(v, reduction):
        return reduced(torch.log(torch.cosh(v["p"] - v["y"])), reduction)

    every_reduction(
        book, "mse", "mse(p, y)", lambda v, r: F.mse_loss(v["p"], v["y"], reduction=r), pair)
    every_reduction(
        book, "mae", "mae(p, y)", lambda v, r: F.l1_loss(v["p"], v["y"], reduction=r), pair)
    every_reduction(
        book, "huber", "huber(p, y)",
        lambda v, r: F.huber_loss(v["p"], v["y"], reduction=r), pair)
    every_reduction(
        book, "huber/delta", "huber(p, y, delta: 0.4)",
        lambda v, r: F.huber_loss(v["p"], v["y"], reduction=r, delta=0.4), pair)
    every_reduction(book, "logCosh", "logCosh(p, y)", log_cosh, pair)
    every_reduction(book, "logCosh/far", "logCosh(p, y)", log_cosh, far)
    every_reduction(
        book, "hinge", "hinge(p, y)",
        lambda v, r: reduced((1 - v["y"] * v["p"]).clamp(min=0), r), signs, gradients=["p"])


def likelihoods(book):
    counts = {"p": book.normal(4, 3), "y": torch.tensor([0.0, 1, 2, 5] * 3).reshape(4, 3)}
    rates = {"p": book.uniform(4, 3, high=3.0), "y": counts["y"]}
    normal = {"p": book.normal(4, 3), "y": book.normal(4, 3), "v": book.uniform(4, 3, high=2.0)}
    every_reduction(
        book, "poissonNLL", "poissonNLL(p, y)",
        lambda v, r: F.poisson_nll_loss(v["p"], v["y"], reduction=r), counts, gradients=["p"])
    every_reduction(
        book, "poissonNLL/rates", "poissonNLL(p, y, logInput: false)",
        lambda v, r: F.poisson_nll_loss(v["p"], v["y"], log_input=False, reduction=r), rates,
        gradients=["p"])
    every_reduction(
        book, "gaussianNLL", "gaussianNLL(p, y, v)",
        lambda v, r: F.gaussian_nll_loss(v["p"], v["y"], v["v"], reduction=r), normal)
    every_reduction(
        book, "kl", "kl(p, q)",
        lambda v, r: reduced((v["p"].exp() * (v["p"] - v["q"])).sum(-1), r),
        {"p": F.log_softmax(book.normal(4, 3), -1), "q": F.log_softmax(book.normal(4, 3), -1)})


def classes(book):
    logits, labels = 2 * book.normal(6, 4), torch.tensor([0, 3, 1, 2, 3, 1])
    soft = F.softmax(book.normal(6, 4), -1)
    weights = torch.tensor([0.5, 2.0, 1.0, 0.0])
    options = {
        "": ("", {}),
        "/smoothing": (", smoothing: 0.2", {"label_smoothing": 0.2}),
        "/weights": (", weights: w", {"weight": True}),
        "/ignore": (", ignore: 3", {"ignore_index": 3}),
        "/all": (
            ", smoothing: 0.1, weights: w, ignore: 1",
            {"label_smoothing": 0.1, "weight": True, "ignore_index": 1}),
    }
    for name, (text, arguments) in options.items():
        def reference(v, reduction, arguments=arguments):
            known = {**arguments, "weight": v["w"]} if "weight" in arguments else arguments
            return F.cross_entropy(v["z"], v["y"], reduction=reduction, **known)

        inputs = {"z": logits, "y": labels}
        if "weight" in arguments:
            inputs["w"] = weights
        every_reduction(
            book, f"crossEntropy{name}", f"crossEntropy(z, y{text})", reference, inputs,
            gradients=["z"])
        if "ignore_index" not in arguments:
            every_reduction(
                book, f"crossEntropy/probabilities{name}", f"crossEntropy(z, y{text})", reference,
                {**inputs, "y": soft}, gradients=["z"])

    every_reduction(
        book, "crossEntropy/sequence", "crossEntropy(z, y)",
        lambda v, r: F.cross_entropy(v["z"].movedim(-1, 1), v["y"], reduction=r),
        {"z": book.normal(2, 3, 4), "y": book.labels(4, 2, 3)})
    every_reduction(
        book, "nll", "nll(p, y, weights: w, ignore: 2)",
        lambda v, r: F.nll_loss(v["p"], v["y"], v["w"], ignore_index=2, reduction=r),
        {"p": F.log_softmax(logits, -1), "y": labels, "w": weights}, gradients=["p"])
    every_reduction(
        book, "focal/classes", "focal(z, y, gamma: 1.5)",
        lambda v, r: focal(F.cross_entropy(v["z"], v["y"], reduction="none"), 1.5, r),
        {"z": logits, "y": labels})


def focal(cross_entropy, gamma, reduction):
    return reduced((1 - torch.exp(-cross_entropy)) ** gamma * cross_entropy, reduction)


def yes_or_no(book):
    logits = torch.tensor([-100.0, -3.0, -0.4, 0.2, 1.0, 5.0, 100.0, 100.0])
    answers = torch.tensor([0.0, 1.0, 0.0, 1.0, 0.3, 1.0, 1.0, 0.0])
    weight = book.uniform(8, high=2.0)
    every_reduction(
        book, "binaryCrossEntropy", "binaryCrossEntropy(z, y)",
        lambda v, r: F.binary_cross_entropy_with_logits(v["z"], v["y"], reduction=r),
        {"z": logits, "y": answers}, gradients=["z"])
    every_reduction(
        book, "binaryCrossEntropy/weight", "binaryCrossEntropy(z, y, weight: w)",
        lambda v, r: F.binary_cross_entropy_with_logits(v["z"], v["y"], v["w"], reduction=r),
        {"z": logits, "y": answers, "w": weight}, gradients=["z"])
    every_reduction(
        book, "binaryCrossEntropyOf", "binaryCrossEntropyOf(p, y)",
        lambda v, r: F.binary_cross_entropy(v["p"], v["y"], reduction=r),
        {"p": book.uniform(8), "y": answers}, gradients=["p"])
    every_reduction(
        book, "focal", "focal(z, y)",
        lambda v, r: focal(
            F.binary_cross_entropy_with_logits(v["z"], v["y"], reduction="none"), 2, r),
        {"z": 2 * book.normal(6), "y": torch.tensor([0.0, 1, 1, 0, 1, 0])}, gradients=["z"])

    def dice(v, reduction):
        p, t = v["p"].flatten(1), v["y"].flatten(1)
        return reduced(1 - (2 * (p * t).sum(1) + 1) / (p.sum(1) + t.sum(1) + 1), reduction)

    every_reduction(
        book, "dice", "dice(p, y)", dice,
        {"p": book.uniform(3, 2, 4), "y": book.labels(2, 3, 2, 4).float()}, gradients=["p"])


def vectors(book):
    u, v, w = book.normal(5, 3), book.normal(5, 3), book.normal(5, 3)
    every_reduction(
        book, "cosineLoss", "cosineLoss(p, y)",
        lambda v, r: reduced(1 - F.cosine_similarity(v["p"], v["y"], dim=-1), r),
        {"p": u, "y": v})
    every_reduction(
        book, "triplet", "triplet(a, p, n)",
        lambda v, r: F.triplet_margin_loss(v["a"], v["p"], v["n"], reduction=r),
        {"a": u, "p": v, "n": w})
    every_reduction(
        book, "triplet/margin", "triplet(a, p, n, margin: 0.3)",
        lambda v, r: F.triplet_margin_loss(v["a"], v["p"], v["n"], margin=0.3, reduction=r),
        {"a": u, "p": v, "n": w})


def generation(book):
    """What generative models are trained with, and penalties of weights."""
    def divergence(v, reduction):
        spread = torch.exp(v["v"] / 2)
        two = (torch.distributions.Normal(v["m"], spread), torch.distributions.Normal(0.0, 1.0))
        return reduced(torch.distributions.kl_divergence(*two).sum(-1), reduction)

    every_reduction(
        book, "gaussianKL", "gaussianKL(m, v)", divergence,
        {"m": book.normal(4, 3), "v": book.normal(4, 3)})
    every_reduction(
        book, "wasserstein", "wasserstein(p, y)", lambda v, r: reduced(-v["p"] * v["y"], r),
        {"p": book.normal(4, 2), "y": torch.tensor([1.0, -1.0] * 4).reshape(4, 2)},
        gradients=["p"])
    weights = {"W": book.normal(3, 2), "b": book.normal(2)}
    for name, call, reference in (
        ("l1", "l1(f)", lambda v: v["W"].abs().sum() + v["b"].abs().sum()),
        ("l2", "l2(f)", lambda v: (v["W"] ** 2).sum() + (v["b"] ** 2).sum()),
        ("l2/exclude", 'l2(f, exclude: path => path == "b")',
         lambda v: (v["W"] ** 2).sum() + 0 * v["b"].sum()),
    ):
        book.call(
            f"losses/{name}", f"mse(f(x), y) + 0.1 * {call}",
            lambda v, reference=reference: F.mse_loss(v["x"] @ v["W"] + v["b"], v["y"])
            + 0.1 * reference(v),
            make="Dense(2)", inputs={"x": book.normal(4, 3), "y": book.normal(4, 2)},
            params=weights)


def weighted(book):
    """Weights of the terms of a loss, and the terms that are left out by default."""
    pair = {"z": 2 * book.normal(5, 3), "y": book.labels(2, 5, 3).float()}
    bce = F.binary_cross_entropy_with_logits

    def balanced(v, reduction):
        values = focal(bce(v["z"], v["y"], reduction="none"), 2, "none")
        return reduced((0.3 * v["y"] + 0.7 * (1 - v["y"])) * values, reduction)

    for name, call, reference, more in (
        ("binaryCrossEntropy/posWeight", "binaryCrossEntropy(z, y, posWeight: w)",
         lambda v, r: bce(v["z"], v["y"], pos_weight=v["w"], reduction=r),
         {"w": book.uniform(3, high=4.0)}),
        ("binaryCrossEntropy/smoothing", "binaryCrossEntropy(z, y, smoothing: 0.2)",
         lambda v, r: bce(v["z"], 0.8 * v["y"] + 0.1, reduction=r), {}),
        ("focal/alpha", "focal(z, y, alpha: 0.3)", balanced, {}),
    ):
        every_reduction(book, name, call, reference, pair | more, gradients=["z"])
    every_reduction(
        book, "binaryCrossEntropyOf/weight", "binaryCrossEntropyOf(p, y, weight: w)",
        lambda v, r: F.binary_cross_entropy(v["p"], v["y"], v["w"], reduction=r),
        {"p": book.uniform(5, 3), "y": pair["y"], "w": book.uniform(3, high=2.0)},
        gradients=["p"])
    every_reduction(
        book, "focal/classes/alpha", "focal(z, y, alpha: w)",
        lambda v, r: reduced(
            v["w"][v["y"]] * focal(F.cross_entropy(v["z"], v["y"], reduction="none"), 2, "none"), r),
        {"z": pair["z"], "y": torch.tensor([0, 2, 1, 1, 0]), "w": book.uniform(3)},
        gradients=["z"])
    every_reduction(
        book, "gaussianNLL/full", "gaussianNLL(p, y, v, full: true)",
        lambda v, r: F.gaussian_nll_loss(v["p"], v["y"], v["v"], full=True, reduction=r),
        {"p": book.normal(4), "y": book.normal(4), "v": book.uniform(4, high=2.0)})
    every_reduction(
        book, "poissonNLL/full", "poissonNLL(p, y, full: true)",
        lambda v, r: F.poisson_nll_loss(v["p"], v["y"], full=True, reduction=r),
        {"p": book.normal(4), "y": torch.tensor([0.0, 1, 2, 7])}, gradients=["p"])


def training(book):
    """Ten steps of a layer with each loss: `p` is what the layer gives."""
    x, weights = book.normal(6, 4), {"W": book.normal(4, 3), "b": book.normal(3)}
    numbers, signs = book.normal(6, 3), torch.tensor([1.0, -1.0] * 9).reshape(6, 3)
    counts, answers = book.labels(4, 6, 3).float(), book.labels(2, 6, 3).float()
    labels, others = book.labels(3, 6), book.normal(6, 3)
    spread, log_q = book.uniform(6, 3, low=0.5, high=2.0), F.log_softmax(others, -1)
    steps, lengths = torch.tensor([3, 3]), torch.tensor([1, 2])

    def far(p, y, same):
        squares = ((p - y) ** 2).sum(-1)
        return torch.where(same == 1, squares, F.relu(1 - squares.sqrt()) ** 2).mean() / 2

    def divergence(p, q):
        return (p.exp() * (p - q)).sum(-1).mean()

    cases = {
        "mse": ("mse(p, y)", {"y": numbers}, lambda p, v: F.mse_loss(p, v["y"])),
        "mae": ("mae(p, y)", {"y": numbers}, lambda p, v: F.l1_loss(p, v["y"])),
        "huber": ("huber(p, y)", {"y": numbers}, lambda p, v: F.huber_loss(p, v["y"])),
        "logCosh": (
            "logCosh(p, y)", {"y": numbers},
            lambda p, v: torch.log(torch.cosh(p - v["y"])).mean()),
        "hinge": (
            "hinge(p, y)", {"y": signs}, lambda p, v: F.relu(1 - v["y"] * p).mean()),
        "poissonNLL": (
            "poissonNLL(p, y)", {"y": counts}, lambda p, v: F.poisson_nll_loss(p, v["y"])),
        "gaussianNLL": (
            "gaussianNLL(p, y, s)", {"y": numbers, "s": spread},
            lambda p, v: F.gaussian_nll_loss(p, v["y"], v["s"])),
        "cosineLoss": (
            "cosineLoss(p, y)", {"y": numbers},
            lambda p, v: (1 - F.cosine_similarity(p, v["y"], dim=-1)).mean()),
        "kl": (
            "kl(logSoftmax(p), q)", {"q": log_q},
            lambda p, v: divergence(F.log_softmax(p, -1), v["q"])),
        "crossEntropy": (
            "crossEntropy(p, y)", {"y": labels}, lambda p, v: F.cross_entropy(p, v["y"])),
        "nll": (
            "nll(logSoftmax(p), y)", {"y": labels},
            lambda p, v: F.nll_loss(F.log_softmax(p, -1), v["y"])),
        "binaryCrossEntropy": (
            "binaryCrossEntropy(p, y)", {"y": answers},
            lambda p, v: F.binary_cross_entropy_with_logits(p, v["y"])),
        "binaryCrossEntropyOf": (
            "binaryCrossEntropyOf(sigmoid(p), y)", {"y": answers},
            lambda p, v: F.binary_cross_entropy(torch.sigmoid(p), v["y"])),
        "focal": (
            "focal(p, y)", {"y": labels},
            lambda p, v: focal(F.cross_entropy(p, v["y"], reduction="none"), 2, "mean")),
        "dice": (
            "dice(sigmoid(p), y)", {"y": answers},
            lambda p, v: (1 - (2 * (torch.sigmoid(p) * v["y"]).sum(1) + 1)
                          / (torch.sigmoid(p).sum(1) + v["y"].sum(1) + 1)).mean()),
        "triplet": (
            "triplet(p, y, z)", {"y": numbers, "z": others},
            lambda p, v: F.triplet_margin_loss(p, v["y"], v["z"])),
        "contrastive": (
            "contrastive(p, y, same)", {"y": numbers, "same": torch.tensor([1, 0, 1, 0, 0, 1])},
            lambda p, v: far(p, v["y"], v["same"])),
        "ctc": (
            "ctc(logSoftmax(p.reshape([2, 3, 3])), labels, steps, lengths)",
            {"labels": torch.tensor([[1, 0], [2, 1]]), "steps": steps, "lengths": lengths},
            lambda p, v: F.ctc_loss(
                F.log_softmax(p.reshape(2, 3, 3), -1).transpose(0, 1), v["labels"], v["steps"],
                v["lengths"])),
        "gaussianKL": (
            "gaussianKL(p, s)", {"s": others},
            lambda p, v: 0.5 * (p**2 + v["s"].exp() - 1 - v["s"]).sum(-1).mean()),
        "wasserstein": (
            "wasserstein(p, y)", {"y": signs}, lambda p, v: -(v["y"] * p).mean()),
    }
    for name, (loss, more, reference) in cases.items():
        book.training(
            f"losses/{name}", f"(p => {loss})(f(x))",
            lambda v: reference(v["x"] @ v["W"] + v["b"], v), make="Dense(3)",
            inputs={"x": x} | more, params=weights, states={})
