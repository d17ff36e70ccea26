"""Writes the reference values that the standard library is tested against.

For maintainers; the tests only read the files. It needs PyTorch and nothing else:

    python3 -m venv /tmp/golden && /tmp/golden/bin/pip install torch==2.13.0
    /tmp/golden/bin/python Tests/Golden/generate.py [FAMILY ...]

Each `FAMILY_cases.py` gives `values/FAMILY.json` and `values/FAMILY.safetensors`; without
arguments all families are written. Running it twice gives the same bytes. README.md describes the files.
"""

import importlib
import sys
import warnings
import zlib
from pathlib import Path

sys.dont_write_bytecode = True

from book import Book

FOLDER = Path(__file__).parent


def main() -> None:
    warnings.simplefilter("ignore")          # schedulers warn of what is meant here
    families = sys.argv[1:] or sorted(
        file.stem.removesuffix("_cases") for file in FOLDER.glob("*_cases.py"))
    for family in families:
        book = Book(zlib.crc32(family.encode()))
        importlib.import_module(f"{family}_cases").add(book)
        size = book.write(FOLDER / "values", family)
        print(f"{family}: {len(book.cases)} cases, {len(book.tensors)} tensors, {size:,} bytes")


if __name__ == "__main__":
    main()
