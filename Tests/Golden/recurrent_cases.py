"""Recurrent layers beside `torch.nn`: outputs, final states, all gradients, training.

A layer's weights are those of PyTorch transposed, in PyTorch's order of the gates; its `b` is the
sum of PyTorch's two biases, but for the n of a GRU, whose second bias is `bh`.
"""

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

MODULES = {
    "RNN": (torch.nn.RNN, 1),
    "LSTM": (torch.nn.LSTM, 4),
    "GRU": (torch.nn.GRU, 3),
}
N, T, D, H = 3, 5, 4, 3
LENGTHS = torch.tensor([5, 2, 3])

# What `run` gives as one vector: its outputs, then its states.
FLAT = {
    "RNN": "((y, s) => concat([y.flatten(), s.flatten()]))",
    "GRU": "((y, s) => concat([y.flatten(), s.flatten()]))",
    "LSTM": "((y, s) => concat([y.flatten(), s[0].flatten(), s[1].flatten()]))",
}


def add(book):
    for kind in MODULES:
        single(book, kind)
        bidirectional(book, kind)
        training(book, kind)
    stacked(book)
    for kind in MODULES:
        state_dict(book, kind)
    rectified(book)


def weights(book, kind, inputs=D, prefix="", bias=True):
    gates = MODULES[kind][1]
    result = {"Wx": book.normal(inputs, gates * H), "Wh": book.normal(H, gates * H)}
    if bias:
        result["b"] = book.normal(gates * H)
    if bias and kind == "GRU":
        result["bh"] = book.normal(H)
    return {prefix + name: value for name, value in result.items()}


def torch_names(kind, v, prefix, suffix):
    """The params under `prefix` as PyTorch has them."""
    Wx, Wh = v[prefix + "Wx"], v[prefix + "Wh"]
    none = torch.zeros(Wx.shape[1], dtype=Wx.dtype)
    second = none
    if prefix + "bh" in v:
        second = torch.cat([none[: 2 * H], v[prefix + "bh"]])
    return {
        "weight_ih_" + suffix: Wx.T, "weight_hh_" + suffix: Wh.T,
        "bias_ih_" + suffix: v.get(prefix + "b", none), "bias_hh_" + suffix: second}


def run(kind, v, prefixes, x, lengths=None, state=None):
    """`torch.nn`'s outputs and final states. `prefixes`: for each layer those of its directions."""
    both = len(prefixes[0]) == 2
    module = MODULES[kind][0](
        x.shape[2], H, num_layers=len(prefixes), batch_first=True, bidirectional=both).double()
    params = {}
    for level, names in enumerate(prefixes):
        for prefix, end in zip(names, ("", "_reverse")):
            params |= torch_names(kind, v, prefix, f"l{level}{end}")
    if lengths is not None:
        x = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    y, last = torch.func.functional_call(module, params, (x, state))
    if lengths is not None:
        y = pad_packed_sequence(y, batch_first=True, total_length=T)[0]
    return y, last if kind == "LSTM" else (last,)


def backward_only(kind, v, x, lengths=None):
    """The second direction of a bidirectional layer."""
    y, last = run(kind, v, [("", "")], x, lengths)
    return y[..., H:], tuple(s[1] for s in last)


def flat(y, states):
    return torch.cat([y.flatten()] + [s.flatten() for s in states])


def single(book, kind):
    name = f"recurrent/{kind}"
    x, params = book.normal(N, T, D), weights(book, kind)

    def case(end, call, reference, make=f"{kind}({H})", params=params, **inputs):
        book.call(
            f"{name}/{end}", call, reference, make=make, inputs={"x": x} | inputs, params=params,
            tolerance="loose")

    case("last", "f(x)", lambda v: run(kind, v, [("",)], v["x"])[0][:, -1])
    case(
        "sequences", "f(x)", lambda v: run(kind, v, [("",)], v["x"])[0],
        make=f"{kind}({H}, sequences: true)")
    case(
        "noBias", "f(x)", lambda v: run(kind, v, [("",)], v["x"])[0][:, -1],
        make=f"{kind}({H}, bias: false)", params=weights(book, kind, bias=False))
    case(
        "reverse", f"{FLAT[kind]}(f.run(x))", lambda v: flat(*backward_only(kind, v, v["x"])),
        make=f"{kind}({H}, reverse: true)")
    case(
        "reverse/last", "f(x)", lambda v: backward_only(kind, v, v["x"])[1][0],
        make=f"{kind}({H}, reverse: true)")

    starts = {"h": book.normal(N, H)} | ({"c": book.normal(N, H)} if kind == "LSTM" else {})
    text = "(h, c)" if kind == "LSTM" else "h"

    def started(v, lengths=None):
        state = tuple(v[key][None] for key in starts)
        return flat(*run(
            kind, v, [("",)], v["x"], lengths, state if kind == "LSTM" else state[0]))

    case("given", f"{FLAT[kind]}(f.run(x, {text}))", started, **starts)
    case(
        "lengths", f"{FLAT[kind]}(f.run(x, {text}, lengths))",
        lambda v: started(v, v["lengths"]), **starts, lengths=LENGTHS)
    case(
        "lengths/last", "f(x, lengths)",
        lambda v: run(kind, v, [("",)], v["x"], v["lengths"])[1][0][0], lengths=LENGTHS)
    case(
        "lengths/reverse", f"{FLAT[kind]}(f.run(x, lengths: lengths))",
        lambda v: flat(*backward_only(kind, v, v["x"], v["lengths"])),
        make=f"{kind}({H}, reverse: true)", lengths=LENGTHS)

    def cell(v):
        state = tuple(v[key][None] for key in starts)
        _, last = run(kind, v, [("",)], v["x"][:, None], None,
                      state if kind == "LSTM" else state[0])
        return torch.stack([s[0] for s in last]) if kind == "LSTM" else last[0][0]

    step = f"f.cell(x, {text})"
    book.call(
        f"{name}/cell", f"((h, c) => stack([h, c]))({step})" if kind == "LSTM" else step, cell,
        make=f"{kind}({H})", inputs={"x": book.normal(N, D)} | starts, params=params,
        tolerance="loose")


def bidirectional(book, kind):
    name = f"recurrent/{kind}/bidirectional"
    prefixes = [("forward.", "backward.")]
    x = book.normal(N, T, D)
    params = weights(book, kind, prefix="forward.") | weights(book, kind, prefix="backward.")
    book.call(
        name, "f(x)", lambda v: run(kind, v, prefixes, v["x"])[0],
        make=f"Bidirectional({kind}({H}, sequences: true))", inputs={"x": x}, params=params,
        tolerance="loose")
    book.call(
        f"{name}/last", "f(x, lengths)",
        lambda v: torch.cat(list(run(kind, v, prefixes, v["x"], v["lengths"])[1][0]), dim=-1),
        make=f"Bidirectional({kind}({H}))", inputs={"x": x, "lengths": LENGTHS}, params=params,
        tolerance="loose")
    book.call(
        f"{name}/sum", "f.run(x, lengths: lengths)[0]",
        lambda v: run(kind, v, prefixes, v["x"], v["lengths"])[0].unflatten(-1, (2, H)).sum(-2),
        make=f'Bidirectional({kind}({H}), merge: "sum")',
        inputs={"x": x, "lengths": LENGTHS}, params=params,
        tolerance="loose")


def stacked(book):
    x = book.normal(N, T, D)
    params = weights(book, "LSTM", prefix="0.") | weights(book, "LSTM", H, "1.")
    make = f"Stack([LSTM({H}), LSTM({H})])"
    starts = {"h": book.normal(2, N, H), "c": book.normal(2, N, H)}

    def states(v):
        y, (h, c) = run("LSTM", v, [("0.",), ("1.",)], v["x"], v["lengths"], (v["h"], v["c"]))
        return flat(y, (h[0], c[0], h[1], c[1]))

    book.call(
        "recurrent/Stack", "f(x)",
        lambda v: run("LSTM", v, [("0.",), ("1.",)], v["x"])[0][:, -1], make=make,
        inputs={"x": x}, params=params)
    book.call(
        "recurrent/Stack/run",
        "((y, s) => concat([y.flatten()] + map([s[0][0], s[0][1], s[1][0], s[1][1]], flatten)))"
        "(f.run(x, [(h[0], c[0]), (h[1], c[1])], lengths))",
        states, make=make, inputs={"x": x} | starts | {"lengths": LENGTHS}, params=params,
        tolerance="loose")

    both = [("0.forward.", "0.backward."), ("1.forward.", "1.backward.")]
    params = {}
    for level, inputs in enumerate((D, 2 * H)):
        for direction in ("forward", "backward"):
            params |= weights(book, "GRU", inputs, f"{level}.{direction}.")
    book.call(
        "recurrent/Stack/bidirectional", "f(x, lengths)",
        lambda v: run("GRU", v, both, v["x"], v["lengths"])[0],
        make=f"Stack([Bidirectional(GRU({H})), Bidirectional(GRU({H}, sequences: true))])",
        inputs={"x": x, "lengths": LENGTHS}, params=params,
        tolerance="loose")


def training(book, kind):
    """The params after ten steps of Adam towards given outputs."""
    params = weights(book, kind)

    def trained(v):
        own = {key: v[key].clone().requires_grad_() for key in params}
        optimizer = torch.optim.Adam(own.values(), lr=0.05)
        for _ in range(10):
            optimizer.zero_grad()
            y, _ = run(kind, own, [("",)], v["x"], v["lengths"])
            torch.nn.functional.mse_loss(y, v["y"]).backward()
            optimizer.step()
        return torch.cat([own[key].detach().flatten() for key in params])

    loss = "mse(f.run(x, lengths: lengths)[0], y)"
    joined = ", ".join(f"f.{key}.flatten()" for key in params)
    book.call(
        f"recurrent/{kind}/training",
        f"let opt = Adam(f, lr: 0.05); for i in 0..<10 {{ step(opt) {{ {loss} }} }}; "
        f"concat([{joined}])",
        trained, make=f"{kind}({H})", params=params, gradients=[], tolerance="loose",
        inputs={"x": book.normal(N, T, D), "y": book.normal(N, T, H), "lengths": LENGTHS})


def state_dict(book, kind):
    """Two layers in both directions with the weights that PyTorch calls by its own names."""
    module = MODULES[kind][0](D, H, num_layers=2, batch_first=True, bidirectional=True).double()
    weights = {}
    for name, value in module.named_parameters():
        weights[name] = book.normal(*value.shape)
        value.data = weights[name].double()
    entries = ", ".join(f'"rnn.{name}": {name}' for name in weights)
    layer = f"Bidirectional({kind}({H}, sequences: true))"
    book.call(
        f"recurrent/{kind}/torch",
        f'f(x); setParams(f, fromTorch(f, [{entries}], [("rnn.*", "*")])); f(x)',
        lambda v: module(v["x"])[0], make=f"Stack([{layer}, {layer}])",
        inputs={"x": book.normal(N, T, D)} | weights, gradients=[], tolerance="loose")


def rectified(book):
    """A plain layer with another activation."""
    module = torch.nn.RNN(D, H, batch_first=True, nonlinearity="relu").double()

    def outputs(v):
        params = torch_names("RNN", v, "", "l0")
        return torch.func.functional_call(module, params, (v["x"],))[0]

    x, params = book.normal(N, T, D), weights(book, "RNN")
    book.call(
        "recurrent/RNN/relu", "f(x)", outputs,
        make=f"RNN({H}, sequences: true, activation: relu)", inputs={"x": x}, params=params,
        tolerance="loose")
    # Backwards over half of the steps: what comes after a sample's last step counts for nothing.
    book.call(
        "recurrent/RNN/relu/lengths", "f(x, lengths)",
        lambda v: torch.stack([
            torch.func.functional_call(
                module, torch_names("RNN", v, "", "l0"), (v["x"][i:i + 1, :n].flip(1),))[1][0, 0]
            for i, n in enumerate(LENGTHS.tolist())]),
        make=f"RNN({H}, reverse: true, activation: relu)",
        inputs={"x": x, "lengths": LENGTHS}, params=params, tolerance="loose")
