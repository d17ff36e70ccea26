import OrderedCollections

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
        "nhead": "heads", "dim_feedforward": "hidden", "hidden_size": "units", "output_dim": "units", "l2": "decay",
        "batchSize": "batch", "c": "color", "s": "size", "marker": "style", "linestyle": "style", "ls": "style",
        "lw": "lineWidth", "xlim": "xRange", "ylim": "yRange", "cmap": "map", "annot": "values",
    ]

    /// The same where the first one is no parameter.
    private static let otherLabels = ["batch_size": "size", "batchSize": "size", "input_dim": "count"]

    /// What a label is called here, of these parameters.
    static func label(_ name: String, among names: [String]) -> String? {
        [labels[name], otherLabels[name]].compactMap { $0 }.first(where: names.contains)
    }

    /// Labels that nothing here corresponds to, and why; of one function alone where its name stands before.
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
        "figsize": "give the plot `width:` and `height:`, in pixels: `plot([1, 2], width: 640, height: 320)`",
        "num_workers": "leave it out", "yscale": "write `logY: true`", "xscale": "write `logX: true`",
        "grid": "leave it out: the `theme:` draws the grid",
        "test_size": "give the part of the first of the two: `data.split(0.8)`",
        "max key": greatest, "max by": greatest, "min key": least, "min by": least,
        "print end": "each `print` makes a line: join the parts first, `print(xs.map(str).join(\" \"))`",
        "print sep": "write the values into one text: `print(\"{a}, {b}\")`",
    ]

    private static let greatest = "write `xs.sorted(by: len)[-1]`"
    private static let least = "write `xs.sorted(by: len)[0]`"

    /// What to write for a method that tensors have elsewhere.
    static let members = [
        "view": "write `.reshape([…])`",
        "numpy": "write `.toList()`", "detach": "write `stopGradient(x)`",
        "backward": "write `step(opt) { … }`, or `grad(f)(x)` for a gradient",
        "astype": "write `.cast(float32)`, or another dtype",
        "to": "leave it out: there are no devices; `.cast(float32)` changes the dtype",
        "cuda": "leave it out: everything runs on the processor", "cpu": "leave it out: there are no devices",
        "requires_grad": gradients, "weight": "write `.W`",
        "get_weights": "write `.params`", "history": "the record itself has the lists: `h.loss`",
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
        "valLoss": "`fit` records it with `validation: …`", "valAccuracy": "`fit` records it with `validation: …`",
        "acc": "write `.accuracy`, which `fit` records with `metrics: [accuracy]`",
        "reverse": "write `xs = xs.reversed()` for a `var xs`", "requires_grad_": gradients,
        "apply_gradients": update, "minimize": update, "rstrip": "write `.trim()`", "lstrip": "write `.trim()`",
    ]

    private static let gradients = "leave it out: `grad(f)` and `step` say what is differentiated"
    private static let update = "write `step(opt) { … }` with the loss in the braces, or `apply(opt, gradients)`"

    /// The same for one type of value only.
    private static let membersOfType: [String: [String: String]] = [
        "Dict": [
            "pop": rest, "remove": rest, "popitem": rest, "count": "write `len(d)`", "size": "write `len(d)`",
            "contains": "write `key in d`", "push": entry, "insert": entry, "extend": entry, "append": entry,
            "setdefault": "write `get(d, key, default)`", "copy": "leave it out: values never change under your feet",
        ],
        "String": [
            "count": "write `len(s.split(\"a\")) - 1`", "pop": "write `s[:-1]`", "insert": "write `s[:i] + c + s[i:]`",
            "remove": "write `s.replace(\"a\", \"\")`", "append": longer, "push": longer, "extend": longer,
            "capitalize": "write `s[:1].upper() + s[1:]`", "charAt": "write `s[0]`", "substring": "write `s[1:3]`",
        ],
        "Model": [
            "add": "compose with `>>`: `Dense(50, relu) >> Dense(10)`", "append": "write `net >> Dense(10)`",
            "pop": "write `net[:-1]`", "weights": "write `.params`",
        ],
        "Dataset": ["batch": "write `.batches(32)`", "shuffle": "write `.shuffled()`"],
        "Bool": ["shape": ofBias, "dtype": ofBias, "norm": ofBias, "mean": ofBias],
    ]

    private static let rest =
        "into a `var rest = [:]` copy the others: `for (k, v) in d { if k != \"a\" { rest[k] = v } }`"
    private static let entry = "write `d[key] = value` for a `var d`"
    private static let longer = "write `s += \"…\"` for a `var s`"
    private static let ofBias = "of a layer `.bias` says whether it has one; the param itself is `.b`"

    /// What to write for a member that the value does not have.
    static func member(_ name: String, of value: Value) -> String? {
        switch value {
        case .tuple: return partsHelp(name)
        case .dict(let dict) where dict.items[.string(name)] != nil: return "write `d[\"\(name)\"]`"
        default: return membersOfType[value.typeName]?[name] ?? members[name] ?? functions[name]
        }
    }

    /// What to write for a function that is no member.
    static let asMembers = ["grad": "differentiate a function: `grad(f)(x)`"]

    /// Calls with too many arguments, by the function as messages show it.
    static let extra = [
        "enumerate(xs)": "count from 1 where it is used: `i + 1`", "grad(f)": afterwards, "valueAndGrad(f)": afterwards,
        "round(x)": "as a text `\"{x:.2f}\"`, as a number `round(100 * x) / 100`",
        "tile(x, counts)": "the counts are one list: `tile(x, [3, 1])`",
    ]
    private static let afterwards = "give the function, then where: `grad(f)(x)`"

    /// Calls with too few arguments, by the function as messages show it.
    static let missing = [
        "randint(low, high, shape)": "give the bounds and the shape: `randint(0, 10, [3])`",
        "reduce(x, pattern, by, sizes = …)": "`reduce` joins axes; through a list goes `fold(xs, 0, (s, x) => s + x)`",
        "load(target, path)":
            "give what to fill first: `load(net, \"net.safetensors\")`; a tensor is read by `readNpy(\"a.npy\")`",
    ]

    /// Texts that stand for functions elsewhere, and the functions.
    static let texts = [
        "categorical_crossentropy": "crossEntropy", "sparse_categorical_crossentropy": "crossEntropy",
        "binary_crossentropy": "binaryCrossEntropy", "mean_squared_error": "mse", "mean_absolute_error": "mae",
        "kl_divergence": "kl", "acc": "accuracy", "adam": "Adam()", "adamw": "AdamW()", "sgd": "SGD()",
        "rmsprop": "RMSprop()", "nadam": "Nadam()", "adagrad": "Adagrad()", "adadelta": "Adadelta()", "lion": "Lion()",
    ]

    /// Functions that only give something: a call whose value is dropped does nothing.
    static let pure: Set<String> = [
        "sorted", "reversed", "replace", "trim", "lower", "upper", "reshape", "transpose", "flatten", "squeeze",
        "unsqueeze", "cast", "clip", "shuffled", "filter",
    ]

    /// What to write for a function that NumPy or PyTorch has under this name, as a plain name or as a method.
    static let functions = [
        "array": "write `Tensor([1, 2])`", "tensor": "write `Tensor([1, 2])`", "asarray": "write `Tensor(xs)`",
        "permute": "write `x.transpose([0, 2, 1])`, with all axes",
        "swapaxes": "write `x.transpose([1, 0])`, with all axes",
        "movedim": "write `moveAxis(x, 0, -1)`", "ravel": "write `x.flatten()`",
        "expand_dims": "write `x.unsqueeze(0)`", "expandDims": "write `x.unsqueeze(0)`",
        "cat": "write `concat([a, b])`", "concatenate": "write `concat([a, b])`", "vstack": "write `concat([a, b])`",
        "hstack": "write `concat([a, b], axis: 1)`", "unbind": "loop over the tensor, or index it: `x[i]`",
        "chunk": "write `split(x, 10)`, with the length of a part", "bmm": "write `a @ b`", "mm": "write `a @ b`",
        "dot": "write `a @ b`", "inner": "write `a @ b`", "kron": "write `einsum` and `reshape`",
        "last": "write `xs[-1]`", "first": "write `xs[0]`",
        "expand": "leave it out: shapes broadcast; copies are made by `tile(x, [3, 1])`",
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
