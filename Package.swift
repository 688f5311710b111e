// swift-tools-version: 6.0
// The map: one target a room, in dependency order. A room knows only rooms that stand above it on this page.
import PackageDescription

let package = Package(
  name: "Glint",
  products: [
    .executable(name: "glint", targets: ["GlintCommand"]),
    .executable(name: "embedded-classifier", targets: ["EmbeddedClassifier"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
  ],
  targets: [
    // Values and files. No Foundation, no existentials.
    .target(name: "CThreads", cSettings: gnu),
    .target(name: "CSHA256", cSettings: gnu),
    .target(name: "CSystem", cSettings: gnu),
    .target(name: "CProgram", cSettings: gnu),
    .target(name: "Numerics"),
    .target(name: "Threads", dependencies: ["CThreads"]),
    .target(name: "Files", dependencies: ["CSHA256", "CSystem"]),

    // Models: what they are, and their files.
    .target(name: "Models", dependencies: ["Numerics"]),
    .target(name: "ModelFiles", dependencies: ["Numerics", "Files", "Models"], exclude: ["FORMAT.md"]),

    // Int8 inference: the definition, and the fast way to the same bytes.
    .target(name: "Reference", dependencies: ["Numerics", "Models"]),
    .target(name: "CInt8Kernels", cSettings: gnu, linkerSettings: [.linkedLibrary("m")]),
    .target(name: "Runtime", dependencies: ["CThreads", "Numerics", "Models", "CInt8Kernels"]),

    // Float inference.
    .target(name: "CFloatKernels", cSettings: gnu),
    .target(name: "FloatRuntime", dependencies: ["Numerics", "Threads", "Models", "CFloatKernels"]),

    // Pictures, and a model with a picture in and answers out.
    .target(name: "CJPEG", cSettings: gnu, linkerSettings: [.linkedLibrary("jpeg")]),
    .target(name: "CPNG", cSettings: gnu, linkerSettings: [.linkedLibrary("png")]),
    .target(name: "CImaging", cSettings: gnu),
    .target(name: "Imaging", dependencies: ["Models", "CJPEG", "CPNG", "CImaging"]),
    .target(name: "Faces", dependencies: ["Models", "Imaging"]),
    .target(
      name: "Inference",
      dependencies: [
        "Numerics", "Threads", "Files", "Models", "ModelFiles", "Reference", "Runtime", "FloatRuntime", "Imaging",
        "Faces",
      ]),

    // What learns, and what measures.
    .target(
      name: "Datasets", dependencies: ["Numerics", "Threads", "Files", "Models", "Imaging", "Faces"]),
    .target(
      name: "Evaluation",
      dependencies: [
        "Numerics", "Models", "ModelFiles", "Runtime", "FloatRuntime", "Imaging", "Inference", "Datasets",
      ]),
    .target(
      name: "Training",
      dependencies: [
        "Numerics", "Threads", "Files", "Models", "ModelFiles", "CFloatKernels", "FloatRuntime", "Imaging", "Datasets",
        "Evaluation",
      ], exclude: ["Network/NETWORKS.md"]),
    .target(
      name: "DetectorTraining",
      dependencies: [
        "Numerics", "Threads", "Files", "Models", "ModelFiles", "Runtime", "CFloatKernels", "FloatRuntime", "Imaging",
        "Faces", "Inference", "Datasets", "Evaluation", "Training",
      ]),
    .target(
      name: "Quantization",
      dependencies: [
        "Numerics", "Threads", "Files", "Models", "ModelFiles", "Reference", "Runtime", "CFloatKernels", "FloatRuntime",
        "Imaging", "Faces", "Inference", "Datasets", "Evaluation", "Training",
      ]),

    // Cameras, and what people see.
    .target(name: "RenderedFaces", dependencies: ["Numerics", "Imaging"]),
    .target(name: "CV4L2", cSettings: gnu, linkerSettings: [.linkedLibrary("v4lconvert")]),
    .target(name: "Camera", dependencies: ["Models", "CImaging", "Imaging", "CV4L2"]),
    .target(name: "Live", dependencies: ["CThreads", "Models", "Runtime", "Imaging", "Faces", "Camera"]),
    .target(
      name: "LiveWeb",
      dependencies: ["CThreads", "Imaging", "Camera", "Live", .product(name: "FlyingFox", package: "FlyingFox")],
      exclude: ["PROTOCOL.md", "live.schema.json"],
      resources: [.embedInCode("Page/page.html"), .embedInCode("Page/page.css"), .embedInCode("Page/page.js")]),
    .target(name: "Reports", dependencies: ["Files", "Imaging"]),
    .executableTarget(
      name: "GlintCommand",
      dependencies: [
        "Numerics", "Threads", "Files", "Models", "ModelFiles", "Runtime", "FloatRuntime", "Imaging", "Faces",
        "Inference", "Datasets", "Evaluation", "Training", "DetectorTraining", "Quantization", "RenderedFaces",
        "Camera", "Live", "LiveWeb", "Reports",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // The smallest classifier, for boards: also built as Embedded Swift, by tools/check-embedded.
    .executableTarget(
      name: "EmbeddedClassifier", dependencies: ["CProgram", "Files", "Models", "ModelFiles", "Runtime"]),

    // Tests: one suite a room.
    .target(name: "TestSupport", dependencies: ["Numerics", "Models", "ModelFiles", "Imaging"], path: "Tests/TestSupport"),
    .target(name: "CAllocations", path: "Tests/CAllocations", cSettings: gnu),
    suite("Numerics"),
    suite("Files", and: ["CSHA256", "Numerics"]),
    suite("Models", and: ["Numerics"]),
    suite("ModelFiles", and: ["Numerics", "Files", "Models"]),
    suite("Runtime", and: ["Numerics", "Models", "Reference", "CInt8Kernels", "CAllocations"]),
    suite("FloatRuntime", and: ["Numerics", "Models"]),
    suite("Imaging", and: ["Numerics", "Models", "CImaging"]),
    suite("Faces", and: [
      "Numerics", "Models", "ModelFiles", "RenderedFaces", "Runtime", "Imaging", "Inference", "CAllocations",
    ]),
    suite("Datasets", and: ["Numerics", "Imaging", "Faces", "Models"]),
    suite("Evaluation", and: ["Numerics", "Models", "ModelFiles", "Imaging", "Inference", "Datasets"]),
    suite("Training", and: ["Numerics", "Models", "ModelFiles", "CFloatKernels", "FloatRuntime", "Imaging", "Datasets"]),
    suite("DetectorTraining", and: ["Numerics", "Models", "ModelFiles", "FloatRuntime", "Imaging", "Faces", "Evaluation", "Training"]),
    suite("Quantization", and: [
      "Files",
      "Numerics", "Models", "ModelFiles", "Reference", "Runtime", "FloatRuntime", "Imaging", "Inference", "Datasets",
      "Evaluation", "Training",
    ]),
    suite("RenderedFaces", and: ["Imaging", "Numerics"]),
    suite("Camera", and: ["Imaging"]),
    suite("Live", and: ["GlintCommand", "Numerics", "Models", "ModelFiles", "Runtime", "Imaging", "Camera", "CAllocations"]),
    suite("LiveWeb", and: ["GlintCommand", "Models", "ModelFiles", "Imaging", "Camera", "Live"]),
    suite("Reports", and: ["Numerics", "Files", "Imaging"]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "GlintCommand", "EmbeddedClassifier", "Numerics", "Files", "Models", "ModelFiles", "Imaging", "Runtime",
        "FloatRuntime", "Inference", "Training", "Quantization", "RenderedFaces", "TestSupport",
      ]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)

// A member counts as seen only where its module is imported: what a file uses is what it names.
for target in package.targets where target.type != .system {
  target.swiftSettings = [.enableUpcomingFeature("MemberImportVisibility")]
}

/// Linux's own functions beside those of C11. Warnings are turned on by the check in `tools/test`, since SwiftPM lets no
/// package set them that others may depend on.
var gnu: [CSetting] { [.define("_GNU_SOURCE")] }

/// The suite of one room; `and` names the other rooms that it looks into.
func suite(_ room: String, and more: [String] = []) -> Target {
  .testTarget(
    name: room + "Tests",
    dependencies: ([room, "TestSupport"] + more).map { .init(stringLiteral: $0) })
}
