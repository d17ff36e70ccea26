"""State dicts of PyTorch models, loaded with `fromTorch`: the outputs of the models are the same."""

import torch
from torch import nn

N, T, D, H = 2, 4, 6, 2


def add(book):
    encoder = nn.TransformerEncoder(
        nn.TransformerEncoderLayer(D, H, 7, 0.0, "gelu", batch_first=True, norm_first=True), 2,
        enable_nested_tensor=False)
    case(
        book, "encoder", encoder, f"TransformerBlock({H}, 7) >> TransformerBlock({H}, 7)",
        book.normal(N, T, D), '[("layers.*", "*")]')
    text = nn.Sequential(nn.Embedding(9, D), nn.LayerNorm(D), nn.Linear(D, 5), nn.ReLU(), nn.Linear(5, 3))
    case(
        book, "text", text, f"Embedding(9, {D}) >> LayerNorm() >> Dense(5, relu) >> Dense(3)",
        book.labels(9, N, T), '[("4", "3")]')
    rows = nn.Sequential(nn.Linear(D, 5), nn.BatchNorm1d(5), nn.PReLU(), nn.Linear(5, 3, bias=False))
    case(
        book, "batchNorm", rows, "Dense(5) >> BatchNorm() >> PRelu() >> Dense(3, bias: false)",
        book.normal(7, D))
    attention = Wrapped(nn.MultiheadAttention(D, H, batch_first=True))
    case(
        book, "attention", attention, f"MultiHeadAttention({H})", book.normal(N, T, D),
        '[("inner.*", "*")]')
    case(
        book, "decoder", Decoder(), f"DecoderBlock({H}, 7)", book.normal(N, T, D),
        '[("layer.*", "*")]', call="f(x, x * 0.5)")
    both = Recurrent(nn.GRU(D, 3, 2, batch_first=True, bidirectional=True), 6)
    layer = "Bidirectional(GRU(3, sequences: true))"
    case(
        book, "recurrent", both, f"Stack([{layer}, Dropout(0.0), {layer}]) >> Dense(2)",
        book.normal(N, T, D), '[("rnn", "0"), ("head", "1")]')
    case(
        book, "bidirectional", Recurrent(nn.LSTM(D, 3, batch_first=True, bidirectional=True), 6),
        "Bidirectional(LSTM(3, sequences: true)) >> Dense(2)", book.normal(N, T, D),
        '[("rnn", "0"), ("head", "1")]')
    case(
        book, "chain", Recurrent(nn.LSTM(D, 3, 2, batch_first=True, bias=False), 3),
        "LSTM(3, sequences: true, bias: false) >> LSTM(3, sequences: true, bias: false) >> Dense(2)",
        book.normal(N, T, D), '[("rnn.*_l1", "1.*_l0"), ("rnn", "0"), ("head", "2")]')

    pictures = nn.Sequential(nn.Conv2d(2, 3, 2), nn.LayerNorm([3, 2, 3]), nn.Flatten(), nn.Linear(18, 2))
    case(
        book, "norms", pictures, "Conv2D(3, 2) >> LayerNorm(axis: [1, 2, 3]) >> Flatten() >> Dense(2)",
        book.normal(N, 2, 3, 4))

class Wrapped(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return self.inner(x, x, x)[0]


class Recurrent(nn.Module):
    def __init__(self, rnn, width):
        super().__init__()
        self.rnn = rnn
        self.head = nn.Linear(width, 2)

    def forward(self, x):
        return self.head(self.rnn(x)[0])


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.TransformerDecoderLayer(
            D, H, 7, 0.0, "gelu", batch_first=True, norm_first=True)

    def forward(self, x):
        hidden = torch.ones(T, T).triu(1).bool()
        return self.layer(x, x * 0.5, tgt_mask=hidden)


def case(book, name, module, make, x, names="[]", call="f(x)"):
    """The output of `module` with numbers from `book`, and ours after loading them."""
    module = module.double().eval()
    state = module.state_dict()
    inputs = {"x": x}
    entries = []
    for number, (key, value) in enumerate(state.items()):
        if not value.is_floating_point():
            continue
        low, high = (0.5, 2.0) if "var" in key or "norm" in key else (-1.0, 1.0)
        inputs[f"s{number}"] = book.uniform(*value.shape, low=low, high=high)
        entries.append(f'"{key}": s{number}')

    def reference(v):
        for number, key in enumerate(state):
            if f"s{number}" in v:
                state[key] = v[f"s{number}"]
        module.load_state_dict(state)
        return module.train(False)(v["x"])

    with torch.no_grad():
        book.call(
            f"state/{name}",
            f"{call}; setParams(f, fromTorch(f, [{', '.join(entries)}], {names})); {call}",
            reference, make=make, inputs=inputs, gradients=[], tolerance="loose")
