"""What the reference values are written into: tensors by name and a list of cases.

References are computed in float64 from inputs that were rounded to float32, and stored as float32:
a comparison then measures the error of the tested program alone.
"""

import json
import struct
import zlib
from pathlib import Path

import torch

TOLERANCES = {
    "exact": {"atol": 0.0, "rtol": 0.0},
    "tight": {"atol": 1e-6, "rtol": 1e-5},
    "loose": {"atol": 1e-5, "rtol": 1e-4},
    "float64": {"atol": 1e-12, "rtol": 1e-9},
}

SAFETENSORS_NAMES = {torch.float32: "F32", torch.int64: "I64", torch.bool: "BOOL"}
FORMATS = {torch.float32: "f", torch.int64: "q", torch.bool: "?"}


class Book:
    def __init__(self, seed: int):
        self.random = torch.Generator().manual_seed(seed)
        self.tensors: dict[str, torch.Tensor] = {}
        self.cases: list[dict] = []

    def normal(self, *shape: int) -> torch.Tensor:
        """Float32 values to three decimals, so that they read well where they are printed."""
        return (torch.randn(shape, generator=self.random) * 1000).round() / 1000

    def uniform(self, *shape: int, low: float = 0.05, high: float = 0.95) -> torch.Tensor:
        spread = low + (high - low) * torch.rand(shape, generator=self.random)
        return (spread * 1000).round() / 1000

    def labels(self, count: int, *shape: int) -> torch.Tensor:
        return torch.randint(count, shape, generator=self.random)

    def store(self, name: str, tensor: torch.Tensor) -> None:
        assert name not in self.tensors, name
        tensor = tensor.detach().contiguous()
        self.tensors[name] = tensor.float() if tensor.is_floating_point() else tensor

    def add(self, **case) -> None:
        assert case["name"] not in [known["name"] for known in self.cases], case["name"]
        self.cases.append({key: value for key, value in case.items() if value is not None})

    def call(
        self, name, call, reference, *, inputs, make=None, params=None, states=None,
        mode="inference", gradients=None, tolerance="tight", trains=None,
    ):
        """A call of a model or function, with gradients if its result depends on floats.

        `reference` takes a dict of all inputs, params and states, in float64, and gives the output;
        it may change states in place. `gradients` names the inputs to differentiate for (all float
        ones); `[]` means no gradients at all. The plain case of a layer is also trained, others
        if `trains` says so.
        """
        params, states = params or {}, states or {}
        values = {
            key: tensor.double() if tensor.is_floating_point() else tensor
            for key, tensor in {**inputs, **params, **states}.items()
        }
        floats = [key for key, tensor in inputs.items() if tensor.is_floating_point()]
        inputs_to_follow = floats if gradients is None else gradients
        params_to_follow = [] if gradients == [] else list(params)
        for key in inputs_to_follow + params_to_follow:
            values[key].requires_grad_()
        output = reference(values)

        for key, tensor in inputs.items():
            self.store(f"{name}/input/{key}", tensor)
        for key, tensor in params.items():
            self.store(f"{name}/param/{key}", tensor)
        for key, tensor in states.items():
            self.store(f"{name}/state/{key}", tensor)
            self.store(f"{name}/after/{key}", values[key])
        self.store(f"{name}/output", output)

        if inputs_to_follow or params_to_follow:
            head = self.normal(*output.shape)
            self.store(f"{name}/head", head)
            (head.double() * output).sum().backward()
        for kind, keys in (("input", inputs_to_follow), ("param", params_to_follow)):
            for key in keys:
                gradient = values[key].grad
                assert gradient is not None and gradient.isfinite().all(), (name, key)
                self.store(f"{name}/gradient/{kind}/{key}", gradient)
        self.add(
            name=name, kind="call", make=make, call=call, inputs=list(inputs),
            params=list(params) or None, states=list(states) or None, mode=mode,
            inputGradients=inputs_to_follow or None, paramGradients=params_to_follow or None,
            tolerance=tolerance)
        if trains is None:
            trains = name.count("/") == 1 or name.endswith("/training")
        if trains and params_to_follow and (not states or mode == "training"):
            self.training(
                name, f"mse({call}, goal)",
                lambda v: torch.nn.functional.mse_loss(reference(v), v["goal"]), make=make,
                inputs={**inputs, "goal": goal(name, output)}, params=params, states=states)

    def training(self, name, loss, reference, *, make, inputs, params, states):
        """The params and states after ten steps of SGD with momentum.

        `loss` is what a step minimises, in the language; `reference` takes a dict of all inputs,
        params and states, in float64, gives the loss, and may change states in place.
        """
        def run(dtype):
            values = {
                key: tensor.detach().to(dtype, copy=True) if tensor.is_floating_point() else tensor
                for key, tensor in {**inputs, **params, **states}.items()
            }
            trained = [values[key].requires_grad_() for key in params]
            optimizer = torch.optim.SGD(trained, 0.02, momentum=0.9)
            for _ in range(10):
                optimizer.zero_grad()
                reference(values).backward()
                optimizer.step()
            return values

        name, values, rough = f"{name}/tenSteps", run(torch.float64), run(torch.float32)
        for key in params:          # a path that rounding could turn would make a worthless case
            assert torch.allclose(values[key].float(), rough[key], rtol=1e-4, atol=1e-5), name
        for kind, tensors in (("input", inputs), ("param", params), ("state", states)):
            for key, tensor in tensors.items():
                self.store(f"{name}/{kind}/{key}", tensor)
        for key in states:
            self.store(f"{name}/after/{key}", values[key])
        keys = ", ".join(f'"{key}"' for key in params)
        self.store(f"{name}/output", torch.cat([values[key].flatten() for key in params]))
        self.add(
            name=name, kind="call", make=make, inputs=list(inputs), params=list(params),
            call=f"let opt = SGD(f, lr: 0.02, momentum: 0.9); "
                 f"for i in 0..<10 {{ step(opt) {{ {loss} }} }}; "
                 f"concat(map([{keys}], key => modelState(f)[key].flatten()))",
            states=list(states) or None, mode="inference", tolerance="loose")

    def write(self, folder: Path, family: str) -> int:
        """Writes both files of the family and gives their size in bytes."""
        manifest = {
            "format": 1,
            "reference": f"torch {torch.__version__.split('+')[0]}",
            "tensors": f"{family}.safetensors",
            "tolerances": TOLERANCES,
            "cases": sorted(self.cases, key=lambda case: case["name"]),
        }
        lines = ",\n".join("    " + json.dumps(case) for case in manifest.pop("cases"))
        head = json.dumps(manifest, indent=2).removesuffix("\n}")
        text = f'{head},\n  "cases": [\n{lines}\n  ]\n}}\n'
        json.loads(text)
        (folder / f"{family}.json").write_text(text)
        data = safetensors(self.tensors)
        (folder / f"{family}.safetensors").write_bytes(data)
        return len(data) + len(text)


def goal(name: str, output: torch.Tensor) -> torch.Tensor:
    """What a layer is trained towards: of its own random numbers, so that other cases keep theirs."""
    random = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    return (torch.randn(output.shape, generator=random) * 1000).round() / 1000


def safetensors(tensors: dict[str, torch.Tensor]) -> bytes:
    """The file format: length of the header (u64), header (JSON), then the tensors."""
    header, body = {}, b""
    # Widest first, so that each lies aligned without holes, which the format forbids.
    for name, tensor in sorted(tensors.items(), key=lambda item: (-item[1].itemsize, item[0])):
        values = tensor.flatten().tolist()
        data = struct.pack(f"<{len(values)}{FORMATS[tensor.dtype]}", *values)
        header[name] = {
            "dtype": SAFETENSORS_NAMES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [len(body), len(body) + len(data)],
        }
        body += data
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + body
