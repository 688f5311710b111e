"""Networks in ONNX Runtime: what test_export.py and test_quantized_onnx.py share."""

import subprocess

import onnxruntime

LEVELS = onnxruntime.GraphOptimizationLevel


def run(program, *arguments):
    """What the program prints; an exception where it fails."""
    return subprocess.run([program, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


def session(model, settings, level=LEVELS.ORT_ENABLE_ALL):
    """A session of a network on the processor alone."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.graph_optimization_level = level
    for key, value in settings.items():
        options.add_session_config_entry(key, value)
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def as_glint_lays(array):
    """ONNX's NCHW as Glint's HWC; flat values as they are."""
    return array[0].transpose(1, 2, 0).ravel() if array.ndim == 4 else array.ravel()
