"""Quantized TensorFlow Lite files, and their operators one by one in LiteRT's reference kernels. Used by
test_quantized_tflite.py."""

import contextlib
import copy
import io

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

NAMES = {number: name for name, number in vars(schema.BuiltinOperator).items() if not name.startswith("_")}


def packed(model):
    """The file of a model."""
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def with_signature(content):
    """The same file with names for its ends, which the quantizer asks for."""
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    if model.signatureDefs:
        return content

    def ends(tensors):
        result = []
        for number in tensors:
            end = schema.TensorMapT()
            end.name, end.tensorIndex = f"end{number}".encode(), int(number)
            result.append(end)
        return result

    signature = schema.SignatureDefT()
    signature.signatureKey, signature.subgraphIndex = b"serving_default", 0
    signature.inputs, signature.outputs = ends(model.subgraphs[0].inputs), ends(model.subgraphs[0].outputs)
    model.signatureDefs = [signature]
    return packed(model)


def quantized(content, inputs, folder):
    """The network with int8 codes everywhere, calibrated on inputs."""
    from ai_edge_quantizer import quantizer, recipe

    path = folder / "signed.tflite"
    path.write_bytes(with_signature(content))
    runner = Interpreter(str(path)).get_signature_runner()
    name, = runner.get_input_details()
    # It prints sizes and times.
    with contextlib.redirect_stdout(io.StringIO()):
        work = quantizer.Quantizer(str(path))
        work.load_quantization_recipe(recipe.static_wi8_ai8())
        results = work.calibrate({None: [{name: each[None]} for each in inputs]})
        return bytes(work.quantize(results).quantized_model)


class Tensor:
    """What is known of a tensor."""

    def __init__(self, tensor, has_data):
        self.name = tensor.name.decode() if isinstance(tensor.name, bytes) else tensor.name
        self.shape = [int(extent) for extent in tensor.shape] if tensor.shape is not None else []
        self.has_data, self.type = has_data, tensor.type
        quantization = tensor.quantization
        has_scale = quantization is not None and quantization.scale is not None and len(quantization.scale) == 1
        self.scale = np.float32(quantization.scale[0]) if has_scale else None
        self.zero_point = int(quantization.zeroPoint[0]) if has_scale else 0
        self.is_code = has_scale and tensor.type in (schema.TensorType.INT8, schema.TensorType.UINT8)
        # Glint's codes are int8.
        self.offset = 128 if tensor.type == schema.TensorType.UINT8 else 0


class Layers:
    """The operators of a file, each as a network of its own."""

    def __init__(self, content):
        self.content = content
        self.model = schema.ModelT.InitFromPackedBuf(content, 0)
        graph = self.model.subgraphs[0]
        self.tensors = []
        for tensor in graph.tensors:
            data = self.model.buffers[tensor.buffer].data
            self.tensors.append(Tensor(tensor, data is not None and len(data) > 0))
        self.inputs, self.outputs = list(graph.inputs), list(graph.outputs)
        self.steps = []
        for operator in graph.operators:
            code = self.model.operatorCodes[operator.opcodeIndex]
            reads = [int(each) for each in operator.inputs if each >= 0 and not self.tensors[each].has_data]
            name = NAMES[max(code.builtinCode, code.deprecatedBuiltinCode)]
            self.steps.append((name, list(dict.fromkeys(reads)), [int(each) for each in operator.outputs]))
        self.interpreters = {}

    def divisor(self, index):
        """The real numbers that a division by constants divides by."""
        number = int(self.model.subgraphs[0].operators[index].inputs[1])
        tensor = self.tensors[number]
        data = bytes(self.model.buffers[self.model.subgraphs[0].tensors[number].buffer].data)
        codes = np.frombuffer(data, np.uint8 if tensor.offset else np.int8).reshape(tensor.shape)
        return (codes.astype(np.float64) - tensor.zero_point) * tensor.scale

    def interpreter(self, content, kind=""):
        """LiteRT with its reference kernels, or, for the few operators that have none, or a wrong one, without
        delegates."""
        plain = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        # The reference kernel of SUM in LiteRT 2.3 gives codes far from the sums; the one that programs use is right.
        for kernels in (plain,) if kind == "SUM" else (OpResolverType.BUILTIN_REF, plain):
            try:
                interpreter = Interpreter(model_content=content, experimental_op_resolver_type=kernels)
                interpreter.allocate_tensors()
                return interpreter
            except ValueError as error:
                if "Didn't find op" not in str(error):
                    raise
        raise ValueError("LiteRT does not know the operator")

    def run(self, index, values):
        """The results of an operator for the values of the tensors that it reads."""
        _, reads, makes = self.steps[index]
        if index not in self.interpreters:
            model = copy.copy(self.model)
            graph = copy.copy(model.subgraphs[0])
            graph.operators, graph.inputs, graph.outputs = [graph.operators[index]], reads, makes
            model.subgraphs, model.signatureDefs, model.metadata, model.metadataBuffer = [graph], None, None, None
            self.interpreters[index] = self.interpreter(packed(model), self.steps[index][0])
        interpreter = self.interpreters[index]
        for detail, number in zip(interpreter.get_input_details(), reads):
            interpreter.set_tensor(detail["index"], values[number].reshape(detail["shape"]))
        interpreter.invoke()
        return [interpreter.get_tensor(detail["index"]).copy() for detail in interpreter.get_output_details()]
