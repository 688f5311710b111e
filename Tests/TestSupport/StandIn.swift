import Foundation
import Imaging
import ModelFiles
import Models
import Numerics

/// The stand-in camera, built once, and the real program run with it.
package enum StandIn {
  private static let folder = try! TemporaryFolder.untilExit()

  /// The shared object.
  private static let library: String = {
    let sources = ["standin.c", "script.c", "stream.c", "clock.c"].map {
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../StandInCamera/\($0)").path
    }
    let library = folder.path("standin.so")
    compile(sources, to: library)
    return library
  }()

  /// Makes a shared object of C sources.
  package static func compile(_ sources: [String], to library: String) {
    for name in ["cc", "clang", "gcc"] {
      let compiler = try! Process.complete(
        "/usr/bin/env",
        [name, "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE", "-o", library] + sources
          + ["-lpthread", "-ldl"])
      if compiler.terminationStatus == 0 { return }
    }
    preconditionFailure("no C compiler (cc, clang, gcc) builds \(sources)")
  }

  /// An int8 model of random weights, small and fast.
  package static let model: String = {
    let graph = Graph.happySad(input: [32, 32, 3])
    var model = try! QuantizedModel.random(graph, seed: 5)
    model.description.preprocessing = Preprocessing(width: 32, height: 32)
    let path = folder.path("model.safetensors")
    try! model.write(to: path)
    return path
  }()

  /// Writes a camera's frame to be served.
  package static func file(_ bytes: [UInt8], _ name: String) -> String { try! folder.write(bytes, as: name) }

  /// JPEG frames of 64 x 48 pixels, all different.
  package static let frames: [String] = (0..<8).map { (number: Int) -> String in
    var pixels = [UInt8](repeating: 0, count: 64 * 48 * 3)
    for place in pixels.indices {
      let column = place / 3 % 64
      pixels[place] = UInt8((column * 3 + 30 * number) % 256)
    }
    let image = Image(width: 64, height: 48, channels: 3, pixels: pixels)
    return file(try! ImageEncoder.jpeg(image, quality: 85), "frame\(number).jpg")
  }

  /// JPEG frames of 640 x 480 pixels, as heavy as a webcam's.
  package static let largeFrames: [String] = (0..<6).map { (number: Int) -> String in
    var random = CounterRandom(seed: UInt64(number))
    var pixels = [UInt8](repeating: 0, count: 640 * 480 * 3)
    for place in pixels.indices {
      let column: Int = place / 3 % 640
      let shade: Int = (column / 4 + 20 * number) % 200
      pixels[place] = UInt8(shade + random.below(24))
    }
    let image = Image(width: 640, height: 480, channels: 3, pixels: pixels)
    return file(try! ImageEncoder.jpeg(image, quality: 80), "large\(number).jpg")
  }

  /// One camera's facts, and what happens.
  package static func script(
    _ events: [String], facts: [String] = ["mode MJPG 64 48 30"], device: String = device
  ) -> [String: String] {
    let text = (["device \(device)"] + facts + events).joined(separator: "\n") + "\n"
    let path = file(Array(text.utf8), "script-\(UUID().uuidString)")
    return ["LD_PRELOAD": library, "STANDIN_SCRIPT": path]
  }

  /// The path of the device that is not there.
  package static let device = "/dev/video-stand-in"

  /// Runs `glint live` on the stand-in camera.
  package static func live(_ environment: [String: String], _ arguments: String...) throws -> GlintProgram.Result {
    try GlintProgram.run(
      ["live", model, "--camera", device, "--json", "--threads", "1"] + arguments, environment: environment)
  }
}

/// The lines of `live --json`, read back.
package struct Line: Decodable {
  package struct Box: Decodable { package let x, y, w, h: Float }
  package struct Face: Decodable {
    package let box: Box
    package let label: String
    package let probability: Float
    package let track: Int
  }
  package let sequence: Int
  package let timestamp_ns: UInt64
  package let file: String?
  package let faces: [Face]
  package let latency_ms: [String: Double]
  package let dropped: Int

  package static func all(_ result: GlintProgram.Result) throws -> [Line] {
    try result.output.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
  }
}
