"""Attention and the layers of transformers beside `torch.nn`: outputs, all gradients, training.

`torch.nn.MultiheadAttention` keeps the transposes of Wq, Wk and Wv below each other.
"""

import torch
from torch.func import functional_call
from torch.nn import functional as F

N, T, S, D, H, WIDE = 2, 4, 5, 6, 2, 7


def add(book):
    operation(book)
    multi_head(book)
    blocks(book)
    positions(book)
    training(book)
    biases(book)


# MARK: The operation


def operation(book):
    q, k, v = book.normal(N, T, D), book.normal(N, S, D), book.normal(N, S, 3)
    tensors = {"q": q, "k": k, "v": v}

    def case(name, text, reference, **more):
        book.call(f"attention/{name}", text, reference, inputs=tensors | more)

    def plain(v, **options):
        return F.scaled_dot_product_attention(v["q"], v["k"], v["v"], **options)

    case("plain", "attention(q, k, v)", plain)
    case("scale", "attention(q, k, v, scale: 0.3)", lambda v: plain(v, scale=0.3))
    case("causal", "attention(q, k, v, causal: true)", lambda v: plain(v, is_causal=True))
    for name, shape in (("matrix", (T, S)), ("stack", (N, T, S)), ("keys", (N, 1, S))):
        mask = visible(book, *shape)
        case(
            f"bool/{name}", "attention(q, k, v, mask: mask)",
            lambda v: plain(v, attn_mask=v["mask"]), mask=mask)
        case(
            f"added/{name}", "attention(q, k, v, mask: mask)",
            lambda v: plain(v, attn_mask=v["mask"]), mask=book.normal(*shape))
    future = torch.ones(T, S).tril().bool()
    case(
        "bool/causal", "attention(q, k, v, mask: mask, causal: true)",
        lambda v: plain(v, attn_mask=v["mask"] & future), mask=visible(book, T, S))

    def heads(v, mask=None):
        apart = [v[name].unflatten(-1, (3, -1)).transpose(-3, -2) for name in "qkv"]
        return F.scaled_dot_product_attention(*apart, attn_mask=mask).transpose(-3, -2).flatten(-2)

    case("several", "attention(q, k, v, heads: 3)", heads)
    case(
        "several/mask", "attention(q, k, v, heads: 3, mask: mask)",
        lambda v: heads(v, v["mask"]), mask=book.normal(N, 3, T, S))
    long = {"q": book.normal(70, 8), "k": book.normal(130, 8), "v": book.normal(130, 4)}
    book.call("attention/long", "attention(q, k, v)", plain, inputs=long)
    book.call(
        "attention/long/causal", "attention(q, k, v, causal: true)",
        lambda v: plain(v, is_causal=True), inputs=long)


def visible(book, *shape):
    """A bool mask that shows every query at least one key."""
    mask = book.uniform(*shape) > 0.4
    mask[..., 0] |= ~mask.any(-1)
    return mask


# MARK: Multi-head attention


def multi_head_params(book, prefix="", size=D, keys=None, values=None, bias=True):
    params = {
        "Wq": book.normal(size, size), "Wk": book.normal(keys or size, size),
        "Wv": book.normal(values or size, size), "Wo": book.normal(size, size)}
    if bias:
        params |= {name: book.normal(size) for name in ("bq", "bk", "bv", "bo")}
    # Small, so that scores are, and float32 loses little.
    return {prefix + name: value * 0.5 for name, value in params.items()}


def torch_attention(v, prefix="", target="", same=True):
    """The params under `prefix` as `torch.nn.MultiheadAttention` names them."""
    p = {name: v.get(prefix + name) for name in ("Wq", "Wk", "Wv", "Wo", "bq", "bk", "bv", "bo")}
    if same:
        result = {"in_proj_weight": torch.cat([p["Wq"].T, p["Wk"].T, p["Wv"].T])}
    else:
        result = {f"{n}_proj_weight": p["W" + n].T for n in "qkv"}
    result["out_proj.weight"] = p["Wo"].T
    if p["bq"] is not None:
        result["in_proj_bias"] = torch.cat([p["bq"], p["bk"], p["bv"]])
        result["out_proj.bias"] = p["bo"]
    return {target + name: value for name, value in result.items()}


def attend(v, q="q", k=None, value=None, mask=None, weights=False, sizes={}, bias=True):
    module = torch.nn.MultiheadAttention(D, H, batch_first=True, bias=bias, **sizes).double()
    k = k or q
    if mask is not None and mask.dim() == 3:
        mask = mask[:, None].expand(N, H, *mask.shape[1:])
    if mask is not None and mask.dim() == 4:
        mask = mask.reshape(N * H, *mask.shape[2:])
    if mask is not None and mask.dtype == torch.bool:
        mask = ~mask
    y, w = functional_call(
        module, torch_attention(v, same=not sizes), (v[q], v[k], v[value or k]),
        {"attn_mask": mask, "need_weights": weights, "average_attn_weights": False})
    return w if weights else y


def multi_head(book):
    params = multi_head_params(book)
    q, k = book.normal(N, T, D), book.normal(N, S, D)

    def case(name, text, reference, make=f"MultiHeadAttention({H})", params=params, **inputs):
        book.call(
            f"layers/MultiHeadAttention/{name}", text, reference, make=make, params=params,
            inputs=inputs, tolerance="loose", trains=name in ("self", "cross"))

    case("self", "f(q)", attend, q=q)
    case(
        "noBias", "f(q)", lambda v: attend(v, bias=False), q=q,
        make=f"MultiHeadAttention({H}, bias: false)",
        params={name: value for name, value in params.items() if name[0] == "W"})
    case(
        "causal", "f(q)", lambda v: attend(v, mask=torch.ones(T, T).tril().bool()), q=q,
        make=f"MultiHeadAttention({H}, causal: true)")
    case("cross", "f(q, k)", lambda v: attend(v, k="k"), q=q, k=k)
    case(
        "values", "f(q, k, v)", lambda v: attend(v, k="k", value="v"), q=q, k=k,
        v=book.normal(N, S, D))
    sizes = {"kdim": 3, "vdim": 8}
    case(
        "sizes", "f(q, k, v)", lambda v: attend(v, k="k", value="v", sizes=sizes), q=q,
        k=book.normal(N, S, 3), v=book.normal(N, S, 8),
        params=multi_head_params(book, keys=3, values=8))
    for name, shape in (("matrix", (T, S)), ("stack", (N, T, S)), ("each", (N, H, T, S))):
        case(
            f"mask/{name}", "f(q, k, mask: mask)", lambda v: attend(v, k="k", mask=v["mask"]),
            q=q, k=k, mask=visible(book, *shape))
    case(
        "mask/keys", "f(q, k, mask: mask[:, newaxis])",
        lambda v: attend(v, k="k", mask=v["mask"][:, None].expand(N, T, S)), q=q, k=k,
        mask=visible(book, N, S))
    # PyTorch's weights do not follow params of values, so there are no gradients to compare.
    book.call(
        "layers/MultiHeadAttention/weights", "f(q, k); f.weights(q, k, mask)",
        lambda v: attend(v, k="k", mask=v["mask"], weights=True), make=f"MultiHeadAttention({H})",
        params=params, inputs={"q": q, "k": k, "mask": visible(book, N, T, S)}, gradients=[])
    book.call(
        "layers/MultiHeadAttention/dropout", "f(q)", attend, inputs={"q": q}, params=params,
        make=f"MultiHeadAttention({H}, dropout: 0.5)", tolerance="loose")


# MARK: Blocks


def block_params(book, norms=2, cross=False):
    params = multi_head_params(book, "attention.")
    if cross:
        params |= multi_head_params(book, "cross.")
    for number in range(1, norms + 1):
        params[f"norm{number}.scale"] = book.uniform(D, high=2.0)
        params[f"norm{number}.shift"] = book.normal(D)
    return params | {
        "expand.W": book.normal(D, WIDE) * 0.5, "expand.b": book.normal(WIDE),
        "contract.W": book.normal(WIDE, D) * 0.5, "contract.b": book.normal(D)}


def torch_block(v, norms=2, cross=False):
    result = torch_attention(v, "attention.", "self_attn.")
    if cross:
        result |= torch_attention(v, "cross.", "multihead_attn.")
    for number in range(1, norms + 1):
        result[f"norm{number}.weight"] = v[f"norm{number}.scale"]
        result[f"norm{number}.bias"] = v[f"norm{number}.shift"]
    for ours, theirs in (("expand", "linear1"), ("contract", "linear2")):
        result[theirs + ".weight"] = v[ours + ".W"].T
        result[theirs + ".bias"] = v[ours + ".b"]
    return result


def encode(v, mask=None, causal=False, activation="gelu", norm_first=True):
    layer = torch.nn.TransformerEncoderLayer(
        D, H, WIDE, 0.0, activation, batch_first=True, norm_first=norm_first).double()
    hidden = torch.ones(T, T).triu(1).bool() if causal else None if mask is None else ~mask
    return functional_call(layer, torch_block(v), (v["x"],), {"src_mask": hidden})


def decode(v, mask=None, causal=True, norm_first=True):
    layer = torch.nn.TransformerDecoderLayer(
        D, H, WIDE, 0.0, "gelu", batch_first=True, norm_first=norm_first).double()
    hidden = torch.ones(T, T).triu(1).bool() if causal else None
    return functional_call(
        layer, torch_block(v, 3, cross=True), (v["x"], v["memory"]),
        {"tgt_mask": hidden, "memory_mask": None if mask is None else ~mask})


def blocks(book):
    x, params = book.normal(N, T, D), block_params(book)

    def case(name, make, reference, text="f(x)", **inputs):
        book.call(
            f"layers/TransformerBlock/{name}", text, reference, make=make, params=params,
            inputs={"x": x} | inputs, tolerance="loose")

    case("pre", f"TransformerBlock({H}, {WIDE})", encode)
    case(
        "post", f'TransformerBlock({H}, {WIDE}, norm: "post", activation: relu)',
        lambda v: encode(v, activation="relu", norm_first=False))
    case(
        "causal", f"TransformerBlock({H}, {WIDE}, causal: true)",
        lambda v: encode(v, causal=True))
    case(
        "mask", f"TransformerBlock({H}, {WIDE})", lambda v: encode(v, v["mask"]),
        "f(x, mask: mask)", mask=visible(book, T, T))
    case("dropout", f"TransformerBlock({H}, {WIDE}, dropout: 0.3)", encode)

    params = block_params(book, 3, cross=True)
    memory = book.normal(N, S, D)

    def decoder(name, make, reference, text="f(x, memory)", **inputs):
        book.call(
            f"layers/DecoderBlock/{name}", text, reference, make=make, params=params,
            inputs={"x": x, "memory": memory} | inputs, tolerance="loose", trains=name == "pre")

    decoder("pre", f"DecoderBlock({H}, {WIDE})", decode)
    decoder(
        "post", f'DecoderBlock({H}, {WIDE}, norm: "post", causal: false)',
        lambda v: decode(v, causal=False, norm_first=False))
    decoder(
        "mask", f"DecoderBlock({H}, {WIDE})", lambda v: decode(v, v["mask"]),
        "f(x, memory, memoryMask: mask)", mask=visible(book, T, S))


# MARK: Places


def positions(book):
    def waves(v):
        x = v["x"]
        length, size = x.shape[-2:]
        places = torch.arange(length, dtype=torch.float64)[:, None]
        columns = torch.arange(size)
        angles = places / 10000 ** ((columns // 2 * 2) / size)
        return x + torch.where(columns % 2 == 0, angles.sin(), angles.cos())

    for size in (6, 5):
        book.call(
            f"layers/PositionalEncoding/{size}", "f(x)", waves, make="PositionalEncoding()",
            inputs={"x": book.normal(N, 9, size)})
    book.call(
        "layers/LearnedPositions", "f(x)", lambda v: v["x"] + v["W"][:T],
        make="LearnedPositions(7)", inputs={"x": book.normal(N, T, D)},
        params={"W": book.normal(7, D)})

    def turned(v, start=0, base=10000.0):
        x = torch.view_as_complex(v["x"].unflatten(-1, (-1, 2)))
        length, pairs = x.shape[-2:]
        speeds = base ** (-torch.arange(pairs, dtype=torch.float64) / pairs)
        angles = (start + torch.arange(length, dtype=torch.float64))[:, None] * speeds
        y = x * torch.polar(torch.ones_like(angles), angles)
        return torch.view_as_real(y).flatten(-2)

    x = book.normal(N, H, T, D)
    book.call("rope", "rope(x)", turned, inputs={"x": x})
    book.call(
        "rope/options", "rope(x, base: 100.0, start: 3)", lambda v: turned(v, 3, 100.0),
        inputs={"x": x})


# MARK: Training


def training(book):
    """All params after ten steps of Adam towards given outputs."""
    params = block_params(book)

    def trained(v):
        own = {key: v[key].clone().requires_grad_() for key in params}
        optimizer = torch.optim.Adam(own.values(), lr=0.02)
        for _ in range(10):
            optimizer.zero_grad()
            F.mse_loss(encode({"x": v["x"]} | own, causal=True), v["y"]).backward()
            optimizer.step()
        return torch.cat([own[key].detach().flatten() for key in compared])

    # A bias of all keys changes no weight, so its gradient is the noise of rounding.
    compared = [key for key in params if key != "attention.bk"]
    joined = ", ".join(f"f.{key}.flatten()" for key in compared)
    book.call(
        "layers/TransformerBlock/training",
        "let opt = Adam(f, lr: 0.02); for i in 0..<10 { step(opt) { mse(f(x), y) } }; "
        f"concat([{joined}])",
        trained, make=f"TransformerBlock({H}, {WIDE}, causal: true)", params=params, gradients=[],
        inputs={"x": book.normal(N, T, D), "y": book.normal(N, T, D)}, tolerance="loose")


def biases(book):
    """Press et al., 2022: slopes for a power of 2, and for 6 heads those of 4 and two of 8."""
    for heads, slopes in ((4, [1 / 4, 1 / 16, 1 / 64, 1 / 256]),
                          (6, [1 / 4, 1 / 16, 1 / 64, 1 / 256, 1 / 2, 1 / 8])):
        places = torch.arange(5.0)
        distances = (places[None] - places[:, None]).abs()
        book.call(
            f"attention/alibi/{heads}", f"x + alibi({heads}, 5)",
            lambda v: v["x"] - torch.tensor(slopes)[:, None, None] * distances,
            inputs={"x": book.normal(heads, 5, 5)})
