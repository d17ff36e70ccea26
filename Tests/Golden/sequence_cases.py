"""Losses and metrics of sequences."""

import functools
import json
import math
from collections import Counter

import torch
from torch.nn import functional as F


def add(book):
    ctc(book)
    contrastive(book)
    texts(book)
    impossible(book)


def ctc(book):
    N, T, C, S = 4, 7, 5, 3
    # A repeat, which needs a blank between; the longest; the shortest; none at all.
    targets = torch.tensor([[2, 2, 4], [1, 3, 0], [4, 0, 0], [0, 0, 0]])
    inputs = {
        "p": book.normal(N, T, C), "targets": targets,
        "steps": torch.tensor([7, 5, 3, 4]), "labels": torch.tensor([3, 2, 1, 0])}

    def case(name, call, blank=0, reduction="mean", **changed):
        def reference(v):
            p = F.log_softmax(v["p"], dim=-1).transpose(0, 1)
            return F.ctc_loss(p, v["targets"], v["steps"], v["labels"], blank, reduction)

        book.call(f"losses/ctc/{name}", call, reference, inputs=inputs | changed)

    arguments = "logSoftmax(p), targets, steps, labels"
    case("mean", f"ctc({arguments})")
    case("sum", f'ctc({arguments}, reduction: "sum")', reduction="sum")
    case("none", f'ctc({arguments}, reduction: "none")', reduction="none")
    case(
        "blank", f"ctc({arguments}, blank: 4)", blank=4,
        targets=torch.tensor([[2, 2, 1], [1, 3, 0], [0, 0, 0], [3, 3, 3]]))

    book.call(
        "losses/ctc/impossible", 'ctc(logSoftmax(p), targets, steps, labels, reduction: "none")',
        lambda v: F.ctc_loss(
            F.log_softmax(v["p"], dim=-1).transpose(0, 1), v["targets"], v["steps"], v["labels"],
            reduction="none"),
        inputs={
            "p": book.normal(2, 3, 4), "targets": torch.tensor([[1, 1], [2, 3]]),
            "steps": torch.tensor([2, 3]), "labels": torch.tensor([2, 2])},
        gradients=[])


def contrastive(book):
    inputs = {
        "a": book.normal(6, 3), "b": book.normal(6, 3),
        "same": torch.tensor([1, 0, 1, 0, 0, 1])}

    def losses(v, margin):
        distance = ((v["a"] - v["b"]) ** 2).sum(dim=-1).sqrt()
        far = F.relu(margin - distance) ** 2
        return torch.where(v["same"] == 1, distance**2, far) / 2

    book.call(
        "losses/contrastive", "contrastive(a, b, same, margin: 3.0)",
        lambda v: losses(v, 3.0).mean(), inputs=inputs)
    book.call(
        "losses/contrastive/none", 'contrastive(a, b, same, reduction: "none")',
        lambda v: losses(v, 1.0), inputs=inputs)


CANDIDATES = [
    "It is a guide to action which ensures that the military always obeys the commands of the party",
    "he read the book because he was interested in world history",
    "the the the the",
]
REFERENCES = [
    [
        "It is a guide to action that ensures that the military will forever heed Party commands",
        "It is the guiding principle which guarantees the military forces always being under the "
        "command of the Party",
        "It is the practical guide for the army always to heed the directions of the party",
    ],
    ["he was interested in world history because he read the book"],
    ["the cat is on the mat"],
]


def ngrams(text, n):
    words = text.split()
    return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def bleu(order):
    """Papineni et al., 2002, word for word."""
    precisions = []
    for n in range(1, order + 1):
        hits = total = 0
        for candidate, references in zip(CANDIDATES, REFERENCES):
            most = Counter()
            for reference in references:
                most |= ngrams(reference, n)
            found = ngrams(candidate, n)
            hits += sum((found & most).values())
            total += sum(found.values())
        precisions.append(hits / total)
    c = sum(len(text.split()) for text in CANDIDATES)
    r = sum(
        min((abs(len(text.split()) - len(candidate.split())), len(text.split())) for text in texts)[1]
        for candidate, texts in zip(CANDIDATES, REFERENCES))
    return min(1, math.exp(1 - r / c)) * math.exp(sum(map(math.log, precisions)) / order)


def rouge():
    def common(a, b):
        if not a or not b:
            return 0
        if a[-1] == b[-1]:
            return 1 + common(a[:-1], b[:-1])
        return max(common(a[:-1], b), common(a, b[:-1]))

    common = functools.cache(common)
    scores = []
    for a, texts in zip(CANDIDATES, REFERENCES):
        b = texts[0]
        row = []
        for n in (1, 2):
            x, y = ngrams(a, n), ngrams(b, n)
            row.append(2 * sum((x & y).values()) / (sum(x.values()) + sum(y.values())))
        a, b = tuple(a.split()), tuple(b.split())
        row.append(2 * common(a, b) / (len(a) + len(b)))
        scores.append(row)
    return torch.tensor(scores, dtype=torch.float64).mean(dim=0)


def texts(book):
    candidates, references = json.dumps(CANDIDATES), json.dumps(REFERENCES)
    for order in (1, 2, 4):
        book.call(
            f"metrics/bleu/{order}", f"Tensor(bleu({candidates}, {references}, order: {order}))",
            lambda v: torch.tensor(bleu(order)), inputs={})
    first = json.dumps([texts[0] for texts in REFERENCES])
    book.call(
        "metrics/rouge",
        f"((r) => Tensor([r.rouge1, r.rouge2, r.rougeL]))(rouge({candidates}, {first}))",
        lambda v: rouge(), inputs={})


def impossible(book):
    """Targets that their steps are too few for, without a loss."""
    def reference(v):
        p = F.log_softmax(v["p"], dim=-1).transpose(0, 1)
        return F.ctc_loss(p, v["targets"], v["steps"], v["labels"], zero_infinity=True)

    book.call(
        "losses/ctc/zeroInfinity", "ctc(logSoftmax(p), targets, steps, labels, zeroInfinity: true)",
        reference, inputs={
            "p": book.normal(2, 3, 4), "targets": torch.tensor([[1, 1], [2, 3]]),
            "steps": torch.tensor([2, 3]), "labels": torch.tensor([2, 2])})
