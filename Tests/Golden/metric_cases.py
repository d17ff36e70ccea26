"""Metrics, against their definitions spelled out with loops."""

import torch


def add(book):
    scores = book.normal(40, 4)
    labels = book.labels(3, 40)                 # class 3 is predicted but never true
    named = scores.argmax(-1)
    pairs = list(zip(named.tolist(), labels.tolist()))
    classes(book, scores, labels, pairs)
    averages(book, scores, labels, pairs)
    ranking(book)
    regression(book)


def metric(book, name, call, value, **inputs):
    book.call(
        f"metrics/{name}", call, lambda v: torch.as_tensor(value), inputs=inputs, gradients=[])


def classes(book, scores, labels, pairs):
    right = sum(p == t for p, t in pairs) / len(pairs)
    one_hot = torch.nn.functional.one_hot(labels, 4).float()
    confusion = [[pairs.count((p, t)) for p in range(4)] for t in range(4)]
    first_two = scores.topk(2).indices.tolist()
    in_two = sum(t in best for best, t in zip(first_two, labels.tolist())) / len(pairs)
    metric(book, "accuracy", "accuracy(p, y)", right, p=scores, y=labels)
    metric(book, "accuracy/oneHot", "accuracy(p, y)", right, p=scores, y=one_hot)
    metric(
        book, "accuracy/sequence", "accuracy(p, y)", right, p=scores.reshape(8, 5, 4),
        y=labels.reshape(8, 5))
    metric(book, "topK", "topK(2)(p, y)", in_two, p=scores, y=labels)
    metric(
        book, "confusionMatrix", "confusionMatrix(p, y)", torch.tensor(confusion), p=scores,
        y=labels)
    metric(
        book, "confusionMatrix/labels", "confusionMatrix(p, y)", torch.tensor(confusion),
        p=scores.argmax(-1), y=labels)
    metric(
        book, "perplexity", "perplexity(p, y)",
        torch.nn.functional.cross_entropy(scores.double(), labels).exp(), p=scores, y=labels)

    logits, answers = book.normal(10, 1), book.labels(2, 10, 1)
    agree = ((logits > 0) == (answers > 0)).float().mean()
    metric(book, "binaryAccuracy", "binaryAccuracy(p, y)", agree, p=logits, y=answers)
    metric(
        book, "binaryAccuracy/threshold", "binaryAccuracy(p, y, threshold: 0.5)",
        ((logits > 0.5) == (answers > 0)).float().mean(), p=logits, y=answers.float())


def averages(book, scores, labels, pairs):
    def counts(c):
        hits = pairs.count((c, c))
        return hits, sum(p == c for p, _ in pairs), sum(t == c for _, t in pairs)

    formulas = {
        "precision": lambda hits, called, actual: hits / max(called, 1),
        "recall": lambda hits, called, actual: hits / max(actual, 1),
        "f1": lambda hits, called, actual: 2 * hits / max(called + actual, 1),
    }
    support = [counts(c)[2] for c in range(4)]
    totals = [sum(counts(c)[i] for c in range(4)) for i in range(3)]
    for name, formula in formulas.items():
        each = [formula(*counts(c)) for c in range(4)]
        values = {
            "macro": sum(each) / 4,
            "weighted": sum(s * n for s, n in zip(each, support)) / len(pairs),
            "micro": formula(*totals),
            "none": torch.tensor(each),
        }
        for average, value in values.items():
            call = f'{name}(p, y, average: "{average}")'
            metric(book, f"{name}/{average}", call, value, p=scores, y=labels)
    # A class that is neither called nor true is left out of the mean.
    called = torch.tensor([0, 1, 1, 1, 3, 3])
    actual = torch.tensor([0, 0, 1, 1, 3, 0])
    metric(
        book, "precision/absent", "precision(p, y)", (1 + 2 / 3 + 1 / 2) / 3, p=called, y=actual)
    metric(book, "recall/absent", "recall(p, y)", (1 / 3 + 1 + 1) / 3, p=called, y=actual)


def ranking(book):
    scores = (book.normal(30) * 4).round() / 4           # with ties
    answers = book.labels(2, 30)
    ones = [s for s, t in zip(scores.tolist(), answers.tolist()) if t]
    zeros = [s for s, t in zip(scores.tolist(), answers.tolist()) if not t]
    wins = sum((a > b) + 0.5 * (a == b) for a in ones for b in zeros)
    metric(
        book, "rocAuc", "rocAuc(p, y)", wins / len(ones) / len(zeros), p=scores, y=answers)
    levels = sorted(set(scores.tolist()), reverse=True)
    tpr = [0.0] + [sum(s >= level for s in ones) / len(ones) for level in levels]
    fpr = [0.0] + [sum(s >= level for s in zeros) / len(zeros) for level in levels]
    metric(book, "rocCurve/tpr", "rocCurve(p, y).tpr", torch.tensor(tpr), p=scores, y=answers)
    metric(book, "rocCurve/fpr", "rocCurve(p, y).fpr", torch.tensor(fpr), p=scores, y=answers)
    metric(
        book, "rocCurve/thresholds", "rocCurve(p, y).thresholds",
        torch.tensor([float("inf")] + levels), p=scores, y=answers)


def regression(book):
    for name, shape in (("vector", (12,)), ("columns", (12, 2))):
        y = book.normal(*shape)
        p = y + 0.3 * book.normal(*shape)
        error = ((y - p).double() ** 2).sum(0)
        spread = ((y.double() - y.double().mean(0)) ** 2).sum(0)
        metric(book, f"r2/{name}", "r2(p, y)", (1 - error / spread).mean(), p=p, y=y)
