"""Writes the reference values that the standard library is tested against.

For maintainers; the tests only read the files. It needs PyTorch and nothing else:

    python3 -m venv /tmp/golden && /tmp/golden/bin/pip install torch==2.13.0
    /tmp/golden/bin/python Tests/Golden/generate.py

Running it twice gives the same bytes. README.md describes the files.
"""

import sys
import warnings
from pathlib import Path

sys.dont_write_bytecode = True

import activation_cases
import layer_cases
import loss_cases
import metric_cases
import optimizer_cases
import schedule_cases
from book import Book

SEED = 20


def main() -> None:
    warnings.simplefilter("ignore")          # schedulers warn of what is meant here
    book = Book(SEED)
    for cases in (
        activation_cases, layer_cases, loss_cases, metric_cases, optimizer_cases, schedule_cases,
    ):
        cases.add(book)
    size = book.write(Path(__file__).parent)
    print(f"{len(book.cases)} cases, {len(book.tensors)} tensors, {size:,} bytes")


if __name__ == "__main__":
    main()
