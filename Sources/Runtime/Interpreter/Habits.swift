/// Names that people bring from Python's libraries, and what they are called here.
enum Habits {
    /// Labels of arguments.
    static let labels = [
        "dim": "axis", "keepdim": "keepDims", "keepdims": "keepDims", "use_bias": "bias",
        "learning_rate": "lr", "kernel_size": "kernel", "out_channels": "filters",
        "out_features": "units", "weight_decay": "decay", "batch_size": "batch",
        "validation_data": "validation", "num_heads": "heads", "p": "rate", "n": "count",
        "xlabel": "x", "ylabel": "y", "return_sequences": "sequences", "strides": "stride",
        "beta_1": "beta1", "beta_2": "beta2", "epsilon": "eps", "input": "prediction",
        "num_embeddings": "count", "embedding_dim": "units", "pool_size": "size",
        "filename": "path", "repeats": "count", "descending": "reverse", "key": "by",
        "learningRate": "lr", "weightDecay": "decay", "global_clipnorm": "clip",
        "clipnorm": "clipNorm", "clipvalue": "clipValue", "label_smoothing": "smoothing",
        "ignore_index": "ignore", "padding_idx": "paddingIndex", "nonlinearity": "activation",
        "elementwise_affine": "affine", "negative_slope": "slope", "go_backwards": "reverse",
        "num_groups": "groups", "dilation_rate": "dilation", "depth_multiplier": "multiplier",
        "is_causal": "causal", "eta_min": "end", "T_max": "steps", "total_steps": "steps",
        "embeddings_initializer": "kernelInitializer", "scale_factor": "factor", "output_size": "size",
        "nhead": "heads", "dim_feedforward": "hidden", "hidden_size": "units",
    ]

    /// Labels that nothing here corresponds to, and why.
    static let labelHelp = [
        "training": "models train inside `step` and `fit`; elsewhere write `training { net(x) }`",
        "verbose": "leave it out: the progress bar shows itself at a terminal only",
        "requires_grad": "leave it out: `grad(f)` and `step` say what is differentiated",
        "device": "leave it out: everything runs on the processor",
        "inplace": "leave it out: values never change under your feet",
        "input_shape": "leave it out: the first call tells the size of the input",
        "in_features": "leave it out: the first call tells the size of the input",
        "in_channels": "leave it out: the first call tells the channels of the input",
        "input_dim": "leave it out: the first call tells the size of the input",
        "num_features": "leave it out: the first call tells the channels of the input",
        "normalized_shape": "leave it out for the last axis; `axis: [-2, -1]` takes the last two",
        "batch_first": "leave it out: sequences are `[N, T, D]`",
        "num_layers": "write `Stack([LSTM(8), LSTM(8)])`",
        "bidirectional": "write `Bidirectional(LSTM(8))`",
        "return_state": "write `layer.run(x)`: it gives the outputs and the state",
        "embed_dim": "leave it out: the first call tells the size of the input",
        "d_model": "leave it out: the first call tells the size of the input",
        "input_size": "leave it out: the first call tells the size of the input",
        "lr": "the optimizer has it: `optimizer: Adam(lr: 1e-3)`",
        "betas": "write `beta1: 0.9, beta2: 0.999`",
        "from_logits": "leave it out: both cross entropies take logits; `binaryCrossEntropyOf` takes probabilities",
        "kernel_regularizer": "add `l2(net)` to the loss, or give the optimizer `decay: 0.01`",
        "kernel_constraint": "give the optimizer `maxNorm: 3`",
        "validation_split": "split the data: `let (train, held) = data.split(0.8)`",
        "figsize": "write `width:` and `height:`, in pixels", "num_workers": "leave it out",
    ]

    /// What to write for a method that tensors have elsewhere.
    static let members = [
        "view": "write `.reshape([…])`",
        "numpy": "write `.toList()`", "detach": "write `stopGradient(x)`",
        "backward": "write `step(opt) { … }`, or `grad(f)(x)` for a gradient",
        "astype": "write `.cast(float32)`, or another dtype",
        "to": "leave it out: there are no devices; `.cast(float32)` changes the dtype",
        "cuda": "leave it out: everything runs on the processor", "cpu": "leave it out: there are no devices",
        "requires_grad": "leave it out: `grad(f)` and `step` say what is differentiated",
        "weight": "write `.W`", "get_weights": "write `.params`", "history": "the record itself has the lists: `h.loss`",
        "save_weights": "write `save(net, \"net.safetensors\")`",
        "float": "write `.cast(float32)`", "long": "write `.cast(int64)`",
        "int": "write `.cast(int32)`", "ndim": "write `.rank`", "dim": "write `.rank`",
        "numel": "write `.size`", "zero_grad": "leave it out: `step` starts from zero",
        "train": "leave it out: models train inside `step` and `fit` only",
        "eval": "leave it out: models train inside `step` and `fit` only",
        "compile": "give loss and optimizer to `fit(net, data, loss: …, optimizer: …)`",
        "parameters": "write `.params`", "state_dict": "write `.params`",
        "items": "loop over the dict itself: `for (key, value) in d { … }`",
        "length": "write `len(x)`", "count": "write `len(x)`; `xs.filter(x => x == a)` has those that are a",
        "size": "write `len(x)`", "contains": "write `x in xs`", "includes": "write `x in xs`",
        "has_key": "write `key in d`", "index": "write `.find(x)`", "indexOf": "write `.find(x)`",
        "push": "write `xs += [x]` for a `var xs`", "extend": "write `xs += ys` for a `var xs`",
        "insert": "write `xs[:i] + [x] + xs[i:]`",
        "pop": "`xs[-1]` is the last element, `xs[:-1]` are the others",
        "remove": "of a list write `xs.filter(x => x != a)`; of a dict copy the other entries in a loop",
        "update": "write `d[key] = value` for a `var d`",
        "strip": "write `.trim()`", "startswith": "write `.startsWith(s)`", "splitlines": "write `.split(\"\\n\")`",
        "format": "write the value into the text: \"loss {loss:.4f}\"",
        "clamp": "write `.clip(low, high)`", "clone": "leave it out: values never change under your feet",
        "masked_fill": "write `where(mask, value, x)`", "contiguous": "leave it out: tensors always are",
        "add_": "write `x += …` for a `var x`", "to_numpy": "write `.toList()`",
        "indices": "`argmax`, `argmin`, `argsort` and `topk` give them",
        "param_groups": "write `opt.lr = 1e-4`, or make it of groups: `Adam([(model: net, lr: 1e-4)])`",
        "count_params": "`net.summary()` counts them", "named_parameters": "write `.params`, pairs of path and tensor",
        "trainable": "write `freeze(net)` or `unfreeze(net)`; parts too: `freeze(net[0])`",
        "layers": "write `.parts`, or `net[0]` in a chain",
        "learningRate": "write `.lr`", "learning_rate": "write `.lr`",
        "val_loss": "write `.valLoss`, which `fit` records with `validation: …`",
    ]

    /// What to write for a function that NumPy or PyTorch has under this name, as a plain name or as a method.
    static let functions = [
        "array": "write `Tensor([1, 2])`", "tensor": "write `Tensor([1, 2])`", "asarray": "write `Tensor(xs)`",
        "permute": "write `x.transpose([1, 0])`", "swapaxes": "write `x.transpose([1, 0])`, with all axes",
        "movedim": "write `moveAxis(x, 0, -1)`", "ravel": "write `x.flatten()`",
        "expand_dims": "write `x.unsqueeze(0)`", "expandDims": "write `x.unsqueeze(0)`",
        "cat": "write `concat([a, b])`", "concatenate": "write `concat([a, b])`", "vstack": "write `concat([a, b])`",
        "hstack": "write `concat([a, b], axis: 1)`", "unbind": "loop over the tensor, or index it: `x[i]`",
        "chunk": "write `split(x, 10)`, with the length of a part", "bmm": "write `a @ b`", "mm": "write `a @ b`",
        "dot": "write `a @ b`", "inner": "write `a @ b`", "kron": "write `einsum` and `reshape`",
        "trace": "write `diag(x).sum()`", "cdist": "write `norm(a[:, newaxis] - b, axis: -1)`",
        "take": "index with a tensor: `x[indices]`",
        "nonzero": "select by a mask: `x[mask]`, or `arange(len(mask))[mask]`", "isclose": "write `allClose(a, b)`",
        "histogram": "`hist(x)` draws it, `bincount(labels)` counts", "power": "write `x ^ 2`",
        "shuffle": "write `x[permutation(len(x))]`, or `data.shuffled()`",
        "choice": "write `xs[permutation(len(xs))[0]]`", "amax": "write `max(x)`", "amin": "write `min(x)`",
        "multinomial": "write `argmax(logits - log(-log(rand(logits.shape))), axis: -1)`",
        "hypot": "write `sqrt(x^2 + y^2)`", "trunc": "write `x.cast(int64)`", "deg2rad": "write `x * pi / 180`",
        "seed": seed, "manual_seed": seed, "set_seed": seed, "manualSeed": seed, "setSeed": seed,
        "reduce": "write `fold(xs, 0, (s, x) => s + x)`", "pow": "write `x ^ 2`", "zfill": "write `\"{n:03d}\"`",
        "cumprod": "of positive numbers: `exp(cumsum(log(x)))`", "convolve": "write `conv1d(x, kernels)`",
        "cov": "of rows x less their mean: `x.T @ x / (len(x) - 1)`", "inv": noLinearAlgebra, "solve": noLinearAlgebra,
        "det": noLinearAlgebra, "svd": noLinearAlgebra, "eig": noLinearAlgebra, "eigh": noLinearAlgebra,
        "qr": noLinearAlgebra, "cholesky": noLinearAlgebra, "linalg": noLinearAlgebra,
    ]

    private static let seed = "`seed:` in the front matter of a notebook sets it, `:seed 5` at the prompt"
    private static let noLinearAlgebra = "there is `@`, `einsum` and `norm`, but no solver or decomposition of matrices"

    /// How the parts of a tuple are read.
    static func partsHelp(_ name: String) -> String {
        ["values", "indices"].contains(name)
            ? "take it apart: `let (values, indices) = …`" : "take it apart, `let (a, b) = …`, or write `[0]`"
    }

    /// `val_loss` as `valLoss`.
    static func camelCase(_ name: String) -> String {
        let words = name.split(separator: "_")
        guard let first = words.first else { return name }
        return first + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}
