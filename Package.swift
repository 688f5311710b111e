// swift-tools-version: 6.0
// The map of the house: one target a room, in dependency order: a target uses only targets that stand before it. What a
// room holds stands above it, in one sentence. tools/map draws the documentation's map from this file, and checks it.
import PackageDescription

let package = Package(
  name: "Glint",
  products: [
    .executable(name: "glint", targets: ["glint"]),
    .executable(name: "embedded-classifier", targets: ["EmbeddedClassifier"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
  ],
  targets: [
    // Values and meaning. No Foundation, no existentials.
    /// A fork-join pool of threads.
    .target(name: "CThreads", cSettings: strictC),
    /// SHA-256, also by the processor's own instructions.
    .target(name: "CSHA256", cSettings: strictC),
    /// What the runtime asks of the C library: files mapped, files written whole or not at all, numbers as text.
    .target(name: "CSystem", cSettings: strictC, linkerSettings: [.linkedLibrary("m")]),
    /// Shapes, tensors, scale and zero point, the one rounding, random numbers by seed, stream and position.
    .target(name: "Tensors"),
    /// What a model is: operators, graph, shape inference, sealed preprocessing, decision, card.
    .target(name: "Graphs", dependencies: ["Tensors"]),
    /// Model files: safetensors with checksums over every byte, written whole or not at all; JSON; hashes.
    .target(name: "ModelFiles", dependencies: ["Graphs", "Tensors", "CSHA256", "CSystem"]),

    // Int8 inference: the definition, and the fast way to the same bytes.
    /// One plain Swift function per operator: the definition of the int8 numerics.
    .target(name: "Reference", dependencies: ["Graphs", "Tensors"]),
    /// Int8 kernels, one folder per operator, one list of them for all instruction sets.
    .target(name: "CInt8Kernels", cSettings: strictC, linkerSettings: [.linkedLibrary("m")]),
    /// The int8 interpreter: checks a model, chooses kernels, packs weights, plans one arena, runs without allocating.
    .target(name: "Runtime", dependencies: ["Graphs", "Tensors", "CInt8Kernels", "CThreads"]),

    // Pictures.
    /// Reading and writing JPEG through libjpeg-turbo.
    .target(name: "CJPEG", cSettings: strictC, linkerSettings: [.linkedLibrary("jpeg")]),
    /// Reading and writing PNG through libpng.
    .target(name: "CPNG", cSettings: strictC, linkerSettings: [.linkedLibrary("png")]),
    /// Integer resampling and YUV to RGB, for each instruction set.
    .target(name: "CImaging", cSettings: strictC),
    /// Pictures: decoding, EXIF orientation, sealed preprocessing, face boxes, drawing, encoding.
    .target(name: "Imaging", dependencies: ["Graphs", "CJPEG", "CPNG", "CImaging"]),
    /// Faces: the detector around a network, windows over large photos, suppression, the tracker.
    .target(name: "Faces", dependencies: ["Graphs", "Imaging"]),
    /// The face painter: portraits and scenes by seed, for data sets and as a stand-in for a camera.
    .target(name: "RenderedFaces", dependencies: ["Imaging", "Tensors"]),
    /// V4L2 through ioctl, and libv4l for pixel formats that are not read here.
    .target(name: "CV4L2", cSettings: strictC, linkerSettings: [.linkedLibrary("v4lconvert")]),
    /// Cameras: V4L2 devices, folders of pictures and painted scenes, all giving frames with timestamps.
    .target(name: "Camera", dependencies: ["Imaging", "Graphs", "CImaging", "CV4L2"]),

    // The trainer, and the bridge from float to int8.
    /// Float kernels for training and float inference, one template per operator.
    .target(name: "CFloatKernels", cSettings: strictC),
    /// Data sets, augmentation, layers with hand-written gradients, the training loop, metrics, float inference.
    .target(
      name: "Training", dependencies: ["Graphs", "Tensors", "ModelFiles", "Imaging", "CFloatKernels", "CThreads"]),
    /// Calibration, ranges, weight scales, equalization, learned rounding, method search, comparison of float and int8.
    .target(
      name: "Quantization",
      dependencies: [
        "Training", "Runtime", "Reference", "ModelFiles", "Imaging", "Graphs", "Tensors", "CFloatKernels",
      ]),

    // What people see.
    /// The live pipeline from camera to label, its checks of the picture, and its web page.
    .target(
      name: "Live",
      dependencies: [
        "Camera", "Faces", "Imaging", "Graphs", "Runtime", "CThreads",
        .product(name: "FlyingFox", package: "FlyingFox"), .product(name: "FlyingSocks", package: "FlyingFox"),
      ],
      exclude: ["Web/live.schema.json"]),
    /// Report pages: one HTML file with charts and pictures in it.
    .target(name: "Reports", dependencies: ["Imaging", "ModelFiles"]),
    /// The commands: options and what they print, one file each.
    .executableTarget(
      name: "glint",
      dependencies: [
        "Live", "Camera", "Faces", "Quantization", "Training", "Runtime", "ModelFiles", "Imaging", "Graphs", "Tensors",
        "RenderedFaces", "Reports",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    /// The smallest classifier, for boards; `tools/check-embedded` also builds it as Embedded Swift.
    .executableTarget(
      name: "EmbeddedClassifier", dependencies: ["Runtime", "ModelFiles", "Graphs", "Tensors", "CSystem"]),

    // Tests. One suite a room.
    /// What several suites use: random models, temporary folders, running the program.
    .target(name: "TestSupport", dependencies: ["Graphs", "Tensors"], path: "Tests/TestSupport"),
    /// Counts allocations by standing before malloc.
    .target(name: "CAllocations", path: "Tests/CAllocations", cSettings: strictC),
    suite("Tensors"), suite("Graphs", and: ["Tensors", "TestSupport"]),
    suite("ModelFiles", and: ["Graphs", "Tensors", "CSHA256", "TestSupport"]),
    suite("Runtime", and: ["Reference", "CInt8Kernels", "Graphs", "Tensors", "CAllocations", "TestSupport"]),
    suite("Imaging", and: ["CImaging", "Graphs", "Tensors", "TestSupport"]), suite("RenderedFaces", and: ["Imaging"]),
    suite("Camera", and: ["Imaging"]),
    suite(
      "Faces",
      and: ["ModelFiles", "RenderedFaces", "Runtime", "Imaging", "Graphs", "Tensors", "CAllocations", "TestSupport"]),
    suite("Training", and: ["CFloatKernels", "ModelFiles", "Imaging", "Graphs", "Tensors", "TestSupport"]),
    suite(
      "Quantization",
      and: ["Training", "Runtime", "Reference", "ModelFiles", "Imaging", "Graphs", "Tensors", "TestSupport"]),
    suite(
      "Live",
      and: ["glint", "Camera", "ModelFiles", "Runtime", "Imaging", "Graphs", "Tensors", "CAllocations", "TestSupport"]),
    suite("Reports", and: ["ModelFiles", "Imaging", "Tensors", "TestSupport"]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "glint", "EmbeddedClassifier", "ModelFiles", "RenderedFaces", "Imaging", "Graphs", "Tensors", "TestSupport",
      ]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)

/// Warnings that C kernels and shims must be clean of.
var strictC: [CSetting] { [.define("_GNU_SOURCE")] }

/// The suite of one room; `and` names the other targets that it imports or runs.
func suite(_ room: String, and more: [String] = []) -> Target {
  .testTarget(name: room + "Tests", dependencies: ([room] + more).map { .init(stringLiteral: $0) })
}
