"""Holds imported Keras models against Keras. Used by tools/test-keras; arguments: the program, and files to try."""

import pathlib
import subprocess
import sys
import tempfile
import zlib

import numpy as np

import keras
from keras import layers

INPUTS = 20
TOLERANCE = 1e-5
PICTURE = (12, 10, 3)

# Layers by themselves, on a picture.
ALONE = [
    lambda: layers.Conv2D(4, 3), lambda: layers.Conv2D(4, (2, 5), padding="same", use_bias=False),
    lambda: layers.Conv2D(4, 3, strides=2, padding="same", activation="relu"),
    lambda: layers.Conv2D(6, 3, groups=3), lambda: layers.Conv2D(4, 3, dilation_rate=2, padding="same"),
    lambda: layers.DepthwiseConv2D(3, depth_multiplier=2), lambda: layers.DepthwiseConv2D(3, strides=2, padding="same"),
    lambda: layers.SeparableConv2D(5, 3, padding="same", activation="relu"),
    lambda: layers.SeparableConv2D(5, 3, strides=2, depth_multiplier=2, use_bias=False),
    lambda: layers.Conv2DTranspose(4, 3, strides=2, padding="same"), lambda: layers.Conv2DTranspose(4, 2, strides=3),
    lambda: layers.BatchNormalization(), lambda: layers.BatchNormalization(scale=False, epsilon=1e-2),
    lambda: layers.BatchNormalization(center=False), lambda: layers.Dense(5),
    lambda: layers.MaxPooling2D(), lambda: layers.MaxPooling2D(3, strides=2, padding="same"),
    lambda: layers.AveragePooling2D((2, 3)), lambda: layers.AveragePooling2D(3, strides=2, padding="same"),
    lambda: layers.GlobalAveragePooling2D(), lambda: layers.GlobalMaxPooling2D(keepdims=True),
    lambda: layers.ZeroPadding2D(((0, 1), (2, 3))), lambda: layers.Cropping2D(((1, 2), (0, 3))),
    lambda: layers.UpSampling2D(2), lambda: layers.UpSampling2D((3, 2)),
    lambda: layers.UpSampling2D(2, interpolation="bilinear"), lambda: layers.Flatten(),
    lambda: layers.Reshape((6, 20, 3)), lambda: layers.Reshape((120, 3)), lambda: layers.Permute((2, 1, 3)),
    lambda: layers.Dropout(0.5), lambda: layers.SpatialDropout2D(0.5), lambda: layers.Rescaling(2.0, offset=-1),
    lambda: layers.Rescaling(2.0, offset=[0.1, 0.2, 0.3]), lambda: layers.ReLU(), lambda: layers.ReLU(max_value=6.0),
    lambda: layers.ReLU(negative_slope=0.1), lambda: layers.LeakyReLU(), lambda: layers.PReLU(shared_axes=[1, 2]),
    lambda: layers.ELU(alpha=0.5), lambda: layers.Normalization(mean=[0.1, 0.2, 0.3], variance=[0.5, 1.0, 2.0]),
]
ACTIVATIONS = [
    "linear", "relu", "relu6", "sigmoid", "tanh", "elu", "selu", "softplus", "softsign", "exponential", "gelu", "mish",
    "silu", "hard_silu", "hard_sigmoid", "leaky_relu", "softmax",
]


def randomized(model):
    """The model with weights that every part of the result depends on."""
    for variable in model.weights:
        random = np.random.default_rng(zlib.crc32(variable.path.encode()))
        if "count" in variable.path or not np.issubdtype(np.dtype(variable.dtype), np.floating):
            continue
        numbers = random.normal(0, 0.3, variable.shape)
        if any(word in variable.path for word in ("variance", "gamma", "alpha")):
            numbers = 0.3 + np.abs(numbers)
        variable.assign(numbers.astype(np.float32))
    return model


def whole_networks():
    """Networks as people build them: branches, a model in a model, a layer called twice, normalized pixels."""
    picture = layers.Input((24, 20, 3), name="picture")
    figures = layers.Normalization()
    figures.adapt(np.random.default_rng(0).random((50, 24, 20, 3)).astype(np.float32) * 3)
    x = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(figures(picture))
    y = layers.BatchNormalization()(layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x))
    x = layers.Add()([x, layers.Conv2D(8, 1)(layers.ReLU(max_value=6.0)(y))])
    pools = [layers.MaxPooling2D(3, strides=2, padding="same")(x), layers.AveragePooling2D(2)(x)]
    x = layers.UpSampling2D(2)(layers.Concatenate()(pools))
    x = layers.Conv2D(6, (3, 2))(layers.Dropout(0.3)(x))
    lists = [layers.Dense(10, activation="relu")(layers.Flatten()(x)), layers.GlobalAveragePooling2D()(x)]
    answer = layers.Dense(4, activation="softmax", name="answer")(layers.Concatenate()(lists))
    yield "branches", keras.Model(picture, answer)

    inner = keras.Sequential(
        [layers.Input((16, 16, 3)), layers.Conv2D(4, 3), layers.BatchNormalization(), layers.ReLU()], name="inner")
    picture = layers.Input((16, 16, 3))
    x = layers.Flatten()(layers.GlobalAveragePooling2D(keepdims=True)(inner(picture)))
    yield "model in a model", keras.Model(picture, layers.Dense(3)(x))

    picture = layers.Input((10, 10, 1))
    twice = layers.Conv2D(1, 3, padding="same")
    x = layers.Multiply()([layers.Conv2D(1, 1)(picture), twice(twice(picture))])
    yield "a layer twice", keras.Model(picture, layers.Dense(1, activation="sigmoid")(layers.Flatten()(x)))

    yield "sequential", keras.Sequential([
        layers.Input((32, 32, 1)), layers.Rescaling(1 / 127.5, offset=-1), layers.Conv2D(4, 3, activation="relu"),
        layers.MaxPooling2D(), layers.BatchNormalization(center=False), layers.Conv2D(8, 3, groups=2, use_bias=False),
        layers.Activation("relu"), layers.AveragePooling2D(2), layers.Reshape((36, 8)), layers.Flatten(),
        layers.Dense(16), layers.ReLU(), layers.Dense(2)])


    # The network that this project began with.
    yield "happy or sad", keras.Sequential([
        layers.Input((256, 256, 3)), layers.Conv2D(16, 3, activation="relu"), layers.MaxPooling2D(),
        layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(), layers.Conv2D(16, 3, activation="relu"),
        layers.MaxPooling2D(), layers.Flatten(), layers.Dense(256, activation="relu"), layers.Dense(1)])


def models():
    for make in ALONE:
        layer = make()
        settings = layer.get_config()
        told = [f"{name} {settings[name]}" for name in ("strides", "padding", "size", "interpolation", "groups")
                if name in settings]
        yield f"{type(layer).__name__} {', '.join(told)}", keras.Sequential([layers.Input(PICTURE), layer])
    for name in ACTIVATIONS:
        # A dense layer in front makes numbers of both signs.
        stack = [layers.Input(PICTURE), layers.Flatten(), layers.Dense(7), layers.Activation(name)]
        yield f"activation {name}", keras.Sequential(stack)
    yield from whole_networks()


def tried(glint, folder, file, model):
    """`passed` with the largest difference, or `refused` with the reason."""
    network = folder / "net.onnx"
    tool = pathlib.Path(__file__).with_name("import_keras.py")
    for command in ([sys.executable, tool, file, network],
                    [glint, "import", network, "-o", folder / "net.safetensors", "--layout", "nhwc", "--force"]):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            return "refused", done.stderr.strip()
    inputs = np.random.default_rng(15).random((INPUTS,) + model.input_shape[1:], dtype=np.float32)
    wanted = np.asarray(model.predict(inputs, verbose=0))
    np.save(folder / "x.npy", inputs)
    done = subprocess.run(
        [glint, "run", folder / "net.safetensors", "--input", folder / "x.npy", "--output", folder / "y.npy",
         "--force"], capture_output=True, text=True)
    if done.returncode != 0:
        return "refused", done.stderr.strip()
    found = np.load(folder / "y.npy").reshape(wanted.shape)
    return "passed", float(np.abs(found - wanted).max() / max(np.abs(wanted).max(), 1e-3))


def main():
    glint = sys.argv[1]
    counts = {"passed": 0, "refused": 0, "differs": 0}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)

        def judge(title, file, model):
            outcome, words = tried(glint, folder, file, model)
            if outcome == "passed" and not words <= TOLERANCE:
                outcome = "differs"
            counts[outcome] += 1
            if outcome == "refused":
                print(f"refused: {title}: {words.splitlines()[-1].strip()}")
            elif outcome == "differs" or file.parent != folder:
                print(f"{outcome}: {title}: off by {words:.1e}")

        for path in map(pathlib.Path, sys.argv[2:]):
            judge(path.name, path, keras.models.load_model(path, compile=False))
        for title, model in models():
            model = randomized(model)
            for kind in (".keras", ".h5"):
                file = folder / ("net" + kind)
                model.save(file)
                # As the file says it: what a layer computed from its weights before is not in it.
                judge(f"{title} ({kind})", file, keras.models.load_model(file, compile=False))
    print(f"{counts['passed']} of Keras {keras.__version__} passed, off by 1e-5 of the largest number at most; "
          f"{counts['refused']} refused with a reason, {counts['differs']} differ")
    sys.exit(1 if counts["differs"] else 0)


main()
