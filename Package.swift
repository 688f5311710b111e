// swift-tools-version: 6.0
// The map of the house: one target a room, in dependency order. Arrows point up this page only.
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
    .target(name: "CThreads", cSettings: gnuC),
    .target(name: "CCPU", cSettings: gnuC),
    .target(name: "CSHA256", dependencies: ["CCPU"], cSettings: gnuC),
    .target(name: "CSystem", cSettings: gnuC, linkerSettings: [.linkedLibrary("m")]),
    .target(name: "Tensors"),
    .target(name: "Graphs", dependencies: ["Tensors"]),
    .target(name: "ModelFiles", dependencies: ["Graphs", "CSHA256", "CSystem"], exclude: ["FORMAT.md"]),

    // Int8 inference: the definition, and the quick way to the same bytes.
    .target(name: "Reference", dependencies: ["Graphs"]),
    .target(name: "CInt8Kernels", dependencies: ["CCPU"], cSettings: gnuC, linkerSettings: [.linkedLibrary("m")]),
    .target(name: "Runtime", dependencies: ["Graphs", "CCPU", "CInt8Kernels", "CThreads"]),

    // Pictures.
    .target(name: "CJPEG", cSettings: gnuC, linkerSettings: [.linkedLibrary("jpeg")]),
    .target(name: "CPNG", cSettings: gnuC, linkerSettings: [.linkedLibrary("png")]),
    .target(name: "CImaging", dependencies: ["CCPU"], cSettings: gnuC),
    .target(name: "Imaging", dependencies: ["Graphs", "CJPEG", "CPNG", "CImaging"]),
    .target(name: "Faces", dependencies: ["Graphs", "Imaging"]),
    .target(name: "RenderedFaces", dependencies: ["Imaging"]),
    .target(name: "CV4L2", cSettings: gnuC, linkerSettings: [.linkedLibrary("v4lconvert")]),
    .target(name: "Camera", dependencies: ["Imaging", "RenderedFaces", "CImaging", "CV4L2"]),

    // The trainer, and the bridge from float to int8.
    .target(name: "CFloatKernels", dependencies: ["CCPU"], cSettings: gnuC),
    .target(
      name: "Training", dependencies: ["Graphs", "ModelFiles", "Imaging", "CFloatKernels", "CThreads"],
      exclude: ["Network/NETWORKS.md"]),
    .target(
      name: "Quantization",
      dependencies: ["Training", "Runtime", "Reference", "ModelFiles", "Imaging", "CFloatKernels"]),

    // What people see.
    .target(
      name: "Live",
      dependencies: ["Camera", "Faces", "Runtime", "CThreads", .product(name: "FlyingFox", package: "FlyingFox")],
      exclude: ["Web/PROTOCOL.md", "Web/live.schema.json"]),
    .target(name: "Reports", dependencies: ["Imaging", "ModelFiles"]),
    .executableTarget(
      name: "glint",
      dependencies: [
        "Live", "Quantization", "RenderedFaces", "Reports",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // The smallest classifier, for boards: also built as Embedded Swift, by tools/check-embedded.
    .executableTarget(name: "EmbeddedClassifier", dependencies: ["Runtime", "ModelFiles", "CSystem"]),

    // Tests: one suite a room.
    .target(name: "TestSupport", dependencies: ["Graphs"], path: "Tests/TestSupport"),
    .target(name: "CAllocations", path: "Tests/CAllocations", cSettings: gnuC),
    suite("Tensors"), suite("Graphs"), suite("ModelFiles", and: ["CSHA256"]),
    suite("Runtime", and: ["Reference", "CInt8Kernels", "CAllocations"]),
    suite("Imaging", and: ["CImaging"]), suite("RenderedFaces"), suite("Camera"),
    suite("Faces", and: ["ModelFiles", "RenderedFaces", "Runtime", "CAllocations"]),
    suite("Training", and: ["CFloatKernels"]), suite("Quantization"),
    suite("Live", and: ["glint", "ModelFiles", "CAllocations"]), suite("Reports", and: ["ModelFiles"]),
    .testTarget(
      name: "CommandTests",
      dependencies: ["glint", "EmbeddedClassifier", "ModelFiles", "RenderedFaces", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)

/// C11 with what the C library declares for GNU and Linux. No warnings are set here: that takes unsafeFlags, with which
/// no other package may depend on this one. tools/check-c compiles all C with warnings as errors.
var gnuC: [CSetting] { [.define("_GNU_SOURCE")] }

/// The suite of one room; `and` names the rooms that it also looks into.
func suite(_ room: String, and more: [String] = []) -> Target {
  .testTarget(
    name: room + "Tests",
    dependencies: ([room, "TestSupport"] + more).map { .init(stringLiteral: $0) })
}
