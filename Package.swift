// swift-tools-version: 6.0
// The map: one target a room, in dependency order. A room knows only rooms that stand above it on this page.
import PackageDescription

let package = Package(
  name: "Glint",
  products: [
    .library(name: "Glint", targets: ["Glint"]),
    // `tools/build-library` makes libglint.so of it.
    .library(name: "libglint", type: .dynamic, targets: ["GlintC"]),
    .executable(name: "glint", targets: ["GlintCommand"]),
    .executable(name: "embedded-classifier", targets: ["EmbeddedClassifier"]),
  ],
  dependencies: [.package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")],
  targets: [
    // Values and files. No Foundation, no existentials.
    /// Fork-join pools and teams of threads in C, threads that last, and a lower priority for those that may wait.
    .target(name: "CThreads", cSettings: gnu),
    /// What the processor can do, asked once, the limit that every room keeps to, and a count of instructions.
    .target(name: "CCPU", cSettings: gnu),
    /// SHA-256, also by the instructions that processors have for it.
    .target(name: "CSHA256", dependencies: ["CCPU"], cSettings: gnu),
    /// What files ask of the system: mapping, writing whole or not at all; and what another program prints.
    .target(name: "CSystem", cSettings: gnu),
    /// What a program needs that Embedded Swift has no word for: arguments, standard error, its end.
    .target(name: "CProgram", cSettings: gnu),
    /// Shapes, tensors, scale and zero point, requantization; portable functions, random numbers; numbers as text.
    .target(name: "Numerics"),
    /// Thread pool and threads that last for Swift, and values that several threads share.
    .target(name: "Threads", dependencies: ["CThreads"]),
    /// Files mapped or written whole or not at all, JSON, SHA-256.
    .target(name: "Files", dependencies: ["CSHA256", "CSystem"]),

    /// Deflate and CRC-32 by zlib.
    .target(name: "CDeflate", cSettings: gnu, linkerSettings: [.linkedLibrary("z")]),
    /// ZIP archives of files.
    .target(name: "Archives", dependencies: ["Files", "CDeflate"]),
    /// NumPy's arrays and archives of them, the numbers that other programs give and take.
    .target(name: "NumPyFiles", dependencies: ["Files", "CDeflate", "Archives"]),

    // Models: what they are, and their files.
    /// What a model is: graph, operators, shape inference, sealed preprocessing, decision, card.
    .target(name: "Models", dependencies: ["Numerics"]),
    /// Models as safetensors files with a checksum over every byte.
    .target(name: "ModelFiles", dependencies: ["Numerics", "Files", "Models"]),

    // Int8 inference: the definition, and the fast way to the same bytes.
    /// One plain Swift function an operator: the definition of the numerics.
    .target(name: "Reference", dependencies: ["Numerics", "Models"]),
    /// int8 microkernels for each instruction set, one folder an operator, one list of them.
    .target(
      name: "CInt8Kernels", dependencies: ["CThreads", "CCPU"], cSettings: gnu,
      linkerSettings: [.linkedLibrary("m")]),
    /// The int8 engine: choice of kernels, packing, memory plan, interpreter.
    .target(name: "Runtime", dependencies: ["CThreads", "CCPU", "Numerics", "Models", "CInt8Kernels"]),

    // Float inference.
    /// float32 kernels, forward and backward, one template for all instruction sets.
    .target(name: "CFloatKernels", dependencies: ["CCPU"], cSettings: gnu),
    /// The float interpreter, and what it shares with the trainer.
    .target(name: "FloatRuntime", dependencies: ["Numerics", "Threads", "Models", "CFloatKernels"]),

    // Models of other programs.
    /// ONNX files: the wire format of Protocol Buffers, and the messages that a network takes.
    .target(name: "ONNXFiles", dependencies: ["Files"]),
    /// TensorFlow Lite files: FlatBuffers, the tables that a network takes, and the metadata behind it.
    .target(name: "TFLiteFiles", dependencies: ["Files"]),
    /// Models as ONNX networks, float plain and int8 with its quantization, and back from such a file.
    .target(name: "Exporting", dependencies: ["Numerics", "Files", "Models", "ModelFiles", "Reference", "ONNXFiles"]),
    /// Networks of other programs as models, float or int8: operators lowered, pixel convention and labels sealed in.
    .target(
      name: "Importing",
      dependencies: ["Numerics", "Files", "Models", "Runtime", "FloatRuntime", "ONNXFiles", "TFLiteFiles"]),

    // Pictures, and a model with a picture in and answers out.
    /// JPEG through libjpeg-turbo.
    .target(name: "CJPEG", cSettings: gnu, linkerSettings: [.linkedLibrary("jpeg")]),
    /// PNG through libpng.
    .target(name: "CPNG", cSettings: gnu, linkerSettings: [.linkedLibrary("png")]),
    /// Integer resampling and YUV to RGB for each instruction set.
    .target(name: "CImaging", dependencies: ["CCPU"], cSettings: gnu),
    /// Pictures: decoding, EXIF orientation, preprocessing by a sealed rule, drawing, encoding.
    .target(name: "Imaging", dependencies: ["Files", "Models", "CJPEG", "CPNG", "CImaging"]),
    /// The face detector around a network, the tracker, and tables of face boxes.
    .target(name: "Faces", dependencies: ["Numerics", "Files", "Models", "Imaging"]),
    /// A model file, float or int8, and a picture in; labels, probabilities, faces and raw values out.
    .target(
      name: "Inference",
      dependencies: [
        "Numerics", "Threads", "Files", "Models", "ModelFiles", "Reference", "Runtime", "FloatRuntime", "Imaging",
        "Faces",
      ]),

    /// The library for Swift: a model file that labels pictures and finds faces.
    .target(name: "Glint", dependencies: ["Models", "ModelFiles", "Imaging", "Faces", "Inference"]),
    /// The header of the library for C.
    .target(name: "CGlint", cSettings: gnu),
    /// The library for C: the functions of that header.
    .target(name: "GlintC", dependencies: ["Models", "Glint", "CGlint"]),

    // What learns, and what measures.
    /// Folders of labelled pictures: reading, splitting by content, check-up.
    .target(
      name: "Datasets", dependencies: ["Numerics", "Threads", "Files", "Models", "Imaging", "Faces"]),
    /// Accuracy with intervals, calibration of probabilities, decisions, comparison of models, mistakes of deployment.
    .target(
      name: "Evaluation",
      dependencies: [
        "CCPU", "Numerics", "Models", "ModelFiles", "Runtime", "FloatRuntime", "Imaging", "Inference", "Datasets",
      ]),
    /// The trainer: layers with hand-written gradients, networks in words, augmentation, loop, checkpoints.
    .target(
      name: "Training",
      dependencies: [
        "Numerics", "Threads", "Files", "Models", "ModelFiles", "CFloatKernels", "FloatRuntime", "Imaging", "Datasets",
        "Evaluation",
      ]),
    /// The trainer of face detectors on composed pictures.
    .target(
      name: "DetectorTraining",
      dependencies: [
        "Numerics", "Threads", "Files", "Models", "ModelFiles", "Runtime", "CFloatKernels", "Imaging", "Faces",
        "Inference", "Datasets", "Evaluation", "Training",
      ]),
    /// Float to int8: calibration, methods, their search, learned rounding, advice.
    .target(
      name: "Quantization",
      dependencies: [
        "Numerics", "Threads", "Files", "Models", "ModelFiles", "Reference", "Runtime", "CFloatKernels", "FloatRuntime",
        "Imaging", "Faces", "Inference", "Datasets", "Evaluation", "Training",
      ]),

    /// Somebody's own pictures, collected and learned from: a better head for their face, or classes of their own.
    .target(
      name: "Teaching",
      dependencies: [
        "CThreads", "Archives", "Numerics", "Threads", "Files", "Models", "ModelFiles", "Reference", "Runtime",
        "FloatRuntime", "Imaging", "Inference", "Datasets", "Evaluation", "Training", "Quantization",
      ]),

    // Cameras, and what people see.
    /// Painted faces, rooms and hands: the data sets that Glint brings along.
    .target(name: "RenderedFaces", dependencies: ["Numerics", "Threads", "Files", "Imaging"]),
    /// Video4Linux in C: modes, streaming, conversion.
    .target(name: "CV4L2", cSettings: gnu, linkerSettings: [.linkedLibrary("v4lconvert")]),
    /// V4L2 and network cameras, recordings, folders and painted scenes as sources of frames.
    .target(
      name: "Camera",
      dependencies: ["CSystem", "CThreads", "Threads", "Files", "Models", "CImaging", "Imaging", "CV4L2"]),
    /// From a frame to its label: pipeline, latencies, checks of the picture.
    .target(name: "Live", dependencies: ["CThreads", "Threads", "Models", "Runtime", "Imaging", "Faces", "Camera"]),
    /// What was seen, for later and for others: events, and files that grow by whole lines.
    .target(name: "Results", dependencies: ["CThreads", "Numerics", "Threads", "Files", "Models", "Imaging", "Live"]),
    /// What a board tells of its heat and power, and how many frames a second it stands.
    .target(name: "Board", dependencies: ["CThreads", "CSystem", "Threads"]),
    /// One connection to an MQTT broker by libmosquitto.
    .target(name: "CMQTT", cSettings: gnu, linkerSettings: [.linkedLibrary("mosquitto")]),
    /// What an MQTT broker is told, kept until it has it, and what Home Assistant is told of it.
    .target(name: "MQTT", dependencies: ["CThreads", "Threads", "Files", "CMQTT"]),
    /// QR codes of short texts.
    .target(name: "QRCodes"),
    /// A server of HTTP, WebSocket and TLS on libwebsockets, with limits for each visitor.
    .target(
      name: "CWeb", dependencies: ["CThreads"], cSettings: gnu, linkerSettings: [.linkedLibrary("websockets")]),
    /// The page of `glint live`, served over HTTP and WebSocket.
    .target(
      name: "LiveWeb", dependencies: ["CThreads", "Threads", "Imaging", "Camera", "CWeb"],
      exclude: ["live.schema.json"],
      resources: (["page.html"] + ["page", "region", "teach"].flatMap { ["\($0).css", "\($0).js"] })
        .map { .embedInCode("Page/\($0)") }),
    /// HTML pages with charts, and event files for TensorBoard.
    .target(name: "Reports", dependencies: ["Files", "Imaging"]),
    /// The command line: options and printing.
    .executableTarget(
      name: "GlintCommand",
      dependencies: [
        "CSystem", "Numerics", "Threads", "Files", "Models", "ModelFiles", "Runtime", "FloatRuntime", "ONNXFiles",
        "TFLiteFiles", "NumPyFiles", "Exporting", "Importing", "Imaging", "Faces", "Inference", "Datasets",
        "Evaluation", "Training", "DetectorTraining", "Quantization", "Teaching", "RenderedFaces", "Camera", "Live",
        "Results", "Board", "MQTT", "QRCodes", "LiveWeb", "Reports",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // The smallest program.
    /// The smallest classifier, for boards: also built as Embedded Swift, by `tools/check-embedded`.
    .executableTarget(
      name: "EmbeddedClassifier", dependencies: ["CProgram", "Numerics", "Files", "Models", "ModelFiles", "Runtime"]),

    // Tests: one suite a room.
    /// What suites share: random models, temporary folders, the built program, the stand-in camera.
    .target(
      name: "TestSupport",
      dependencies: [
        "Numerics", "Threads", "Files", "Models", "ModelFiles", "ONNXFiles", "Imaging", "Faces", "Inference",
      ],
      path: "Tests/TestSupport"),
    /// What `tools/fuzz` gives inputs to: all that reads bytes that somebody else made.
    .target(
      name: "Fuzzing",
      dependencies: [
        "Numerics", "Files", "NumPyFiles", "Models", "ModelFiles", "ONNXFiles", "TFLiteFiles", "Importing", "Imaging",
        "Faces", "Datasets", "Training", "DetectorTraining", "Quantization", "Camera", "LiveWeb", "TestSupport",
      ], path: "Tests/Fuzzing"),
    /// Counts allocations and system calls of a test.
    .target(name: "CAllocations", path: "Tests/CAllocations", cSettings: gnu),
    .testTarget(name: "NumericsTests", dependencies: ["Numerics"]),
    suite("Threads", and: ["CThreads"]),
    suite("Files", and: ["CSHA256", "CSystem", "Numerics"]),
    suite("NumPyFiles", and: ["CDeflate", "Files"]),
    suite("Models", and: ["Numerics"]),
    suite("ModelFiles", and: ["Numerics", "Files", "Models"]),
    suite("Runtime", and: ["Numerics", "Threads", "Models", "Reference", "CInt8Kernels", "CAllocations"]),
    suite("FloatRuntime", and: ["Numerics", "Models"]),
    suite("ONNXFiles", and: ["Numerics", "Files"]),
    suite("TFLiteFiles", and: ["Numerics", "Files"]),
    suite("Exporting", and: ["Numerics", "Models", "ModelFiles", "ONNXFiles"]),
    suite(
      "Importing",
      and: [
        "Numerics", "Models", "ModelFiles", "Runtime", "FloatRuntime", "ONNXFiles", "TFLiteFiles",
      ]),
    suite("Imaging", and: ["Numerics", "Files", "Models", "CImaging"]),
    suite("Faces", and: ["Numerics", "Models", "ModelFiles", "Runtime", "Imaging", "RenderedFaces", "CAllocations"]),
    suite("Glint", and: ["Numerics", "Files", "Models", "ModelFiles", "Imaging"]),
    suite("Datasets", and: ["Numerics", "Files", "Imaging", "Faces"]),
    suite(
      "Evaluation",
      and: [
        "Numerics", "Models", "ModelFiles", "ONNXFiles", "Importing", "Imaging", "Inference", "Datasets",
      ]),
    suite(
      "Training",
      and: [
        "Numerics", "Files", "Models", "ModelFiles", "Threads", "CFloatKernels", "FloatRuntime", "Imaging", "Datasets",
        "Evaluation",
      ]),
    suite(
      "DetectorTraining",
      and: [
        "Numerics", "Models", "ModelFiles", "FloatRuntime", "Imaging", "Faces", "Evaluation", "Training",
      ]),
    suite(
      "Quantization",
      and: [
        "Numerics", "Files", "Models", "ModelFiles", "Reference", "Runtime", "FloatRuntime", "Inference", "Datasets",
        "Evaluation", "Training",
      ]),
    suite(
      "Teaching",
      and: [
        "Numerics", "Threads", "Files", "Models", "ModelFiles", "FloatRuntime", "Imaging", "Inference", "Datasets",
        "RenderedFaces",
      ]),
    suite("RenderedFaces", and: ["Threads", "Files", "Imaging"]),
    suite("Camera", and: ["Threads", "Imaging"]),
    suite(
      "Live", and: ["Numerics", "Models", "Runtime", "Imaging", "Camera", "Results", "GlintCommand", "CAllocations"]),
    suite("Results", and: ["Threads", "Models", "Imaging", "Live"]),
    suite("QRCodes", and: ["Imaging"]),
    suite("Board"),
    .testTarget(
      name: "MQTTTests", dependencies: ["MQTT", "Threads", "TestSupport"], exclude: ["discovery.schema.json"]),
    suite("LiveWeb", and: ["Threads", "Imaging", "Camera", "Live", "GlintCommand"]),
    suite("Reports", and: ["Numerics", "Files", "Imaging"]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "GlintCommand", "EmbeddedClassifier", "Numerics", "Files", "NumPyFiles", "Models", "ModelFiles", "Imaging",
        "RenderedFaces", "TestSupport",
      ]),
  ],
  swiftLanguageModes: [.v6], cLanguageStandard: .c11
)

// A member counts as seen only where its module is imported: what a file uses is what it names.
for target in package.targets where target.type != .system {
  target.swiftSettings = [.enableUpcomingFeature("MemberImportVisibility")]
  // Options, printing and pages run once. Optimizing them is a sixth of a clean build, and comes last, on one core.
  let runsOnce = ["GlintCommand", "Reports", "Exporting"].contains(target.name)
  if Context.environment["GLINT_SMALL"] == "yes" {
    // What people download is to be small, also where that takes the compiler longer.
    let stayFast = [
      "Numerics", "Threads", "Files", "Reference", "Runtime", "FloatRuntime", "Imaging", "Faces", "Inference",
      "Training", "RenderedFaces", "Camera", "Live",
    ]
    let optimization = stayFast.contains(target.name) ? "-O" : "-Osize"
    target.swiftSettings! += [.unsafeFlags([optimization, "-Xfrontend", "-function-sections"])]
  } else if runsOnce {
    target.swiftSettings! += [.unsafeFlags(["-Onone"])]
  }
}

/// Linux's own functions beside C11's. `tools/check-c` checks warnings: SwiftPM lets no package set them for others.
var gnu: [CSetting] { [.define("_GNU_SOURCE")] }

/// The suite of one room; `and` names the other targets that it imports or runs, besides what suites share.
func suite(_ room: String, and more: [String] = []) -> Target {
  .testTarget(name: room + "Tests", dependencies: ([room, "TestSupport"] + more).map { .init(stringLiteral: $0) })
}
