"""safetensors.json: a file that Python's safetensors has written, and whether it reads one of ours.

    python3 -m venv ../tensors && ../tensors/bin/pip install safetensors numpy
    ../tensors/bin/python -B test/golden/record_safetensors.py [a file that `save` has written, to be read]
"""

import base64
import datetime
import json
import pathlib
import platform
import struct
import sys

import numpy as np
import safetensors
from safetensors import safe_open
from safetensors.numpy import save

HERE = pathlib.Path(__file__).resolve().parent


def tensors():
    special = np.array([0x7FC00001, 0xFFABCDEF, 0x80000000, 1, 0x7F800000, 0x3F800000], np.uint32)
    return {
        "model.weight": special.view(np.float32).reshape(2, 3),
        "model.half": np.array([1, -0.0, 2**-24, 65504, np.inf], np.float16),
        "model.steps": np.array(41, np.int64),
        "model.none": np.zeros((3, 0, 2), np.float32),
        "f64": np.array([0.1, -1e300], np.float64),
        "u8": np.arange(3, dtype=np.uint8),
        "i8": np.arange(-1, 2, dtype=np.int8),
        "i16": np.arange(-1, 2, dtype=np.int16),
        "u16": np.arange(3, dtype=np.uint16),
        "i32": np.arange(-1, 2, dtype=np.int32),
        "u32": np.arange(3, dtype=np.uint32),
        "u64": np.array([2**64 - 1], np.uint64),
        'naïve/"名"': np.array([7], np.float32),
    }


def record():
    versions = {"python": platform.python_version(), "numpy": np.__version__, "safetensors": safetensors.__version__}
    head = {"source": "safetensors.numpy.save", "versions": versions, "date": datetime.date.today().isoformat()}
    content = {"file": base64.b64encode(save(tensors(), {"format": "np"})).decode()}
    path = HERE / "safetensors.json"
    path.write_text(json.dumps({**head, **content}, indent=1) + "\n")
    print(f"{path.name}: {path.stat().st_size} bytes, {versions}")


def check(name):
    """Reads a file of ours by their reader, and holds each tensor to the bytes that its header tells."""
    data = pathlib.Path(name).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__")
    with safe_open(name, "np") as file:
        assert file.metadata() == metadata, "metadata differ"
        assert set(file.keys()) == set(header), "names differ"
        shapes = {key: list(file.get_slice(key).get_shape()) for key in file.keys()}
        assert shapes == {key: entry["shape"] for key, entry in header.items()}, "shapes differ"
    for key, tensor in safetensors.deserialize(data):  # NumPy has no bfloat16, but there are always bytes
        begin, end = header[key]["data_offsets"]
        assert tensor["dtype"] == header[key]["dtype"], f"dtypes of {key} differ"
        assert bytes(tensor["data"]) == data[8 + length + begin : 8 + length + end], f"bytes of {key} differ"
    print(f"{len(header)} tensors are read by safetensors {safetensors.__version__}, and metadata {sorted(metadata)}")


if len(sys.argv) > 1:
    check(sys.argv[1])
else:
    record()
