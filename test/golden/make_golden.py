"""Records what the real optimizers do, as JSON beside this file. How to install them: README.md.

    python make_golden.py

Each source is asked in a process of its own: TensorFlow and PyTorch do not go together in one.
"""

import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent

for name in ("configs", "legacy", "keras3", "adagrad", "weights", "minimize", "import", "torch", "import_torch"):
    subprocess.run([sys.executable, "-B", HERE / f"record_{name}.py"], check=True)
