import Camera
import Faces
import Files
import Foundation
import Imaging
import Models
import Numerics
import Quantization
import TestSupport
import Training

/// What reads bytes that somebody else made. Every input is read or refused with an error; a trap, a leak, a read
/// beyond the bytes or an input that takes long is a fault.
enum FuzzTarget: String, CaseIterable {
  case model, json, network, table, record, checkpoint, jpeg, png

  /// Whether inputs are safetensors files whose checksums must be right to get anywhere.
  var hasChecksums: Bool { self == .model || self == .checkpoint }

  func run(_ bytes: [UInt8]) {
    switch self {
    case .model: Self.inFile(bytes) { _ = CraftedModel.use($0) }
    case .json: Self.json(bytes)
    case .network: Self.network(bytes)
    case .table: Self.inFile(bytes) { _ = try? FaceBoxTable(path: $0).count }
    case .record: Self.inFile(bytes, Self.record)
    case .checkpoint: Self.inFile(bytes, Self.checkpoint)
    case .jpeg, .png: Self.picture(bytes)
    }
  }

  /// A reader must give what it was given: the text of what was read is read as the same.
  private static func json(_ bytes: [UInt8]) {
    guard let value = bytes.withUnsafeBytes({ try? JSONValue(parsing: $0) }) else { return }
    let again = try? JSONValue(parsing: value.text)
    precondition(again == value, "JSON that was read is written as something else")
  }

  private static func network(_ bytes: [UInt8]) {
    guard bytes.count < 1 << 16, let text = String(validating: bytes, as: UTF8.self),
      let network = try? NetworkText(text, path: "network")
    else { return }
    _ = try? network.architecture(input: [48, 48, 3], logits: 2)
    _ = try? network.detector(input: [48, 48, 1])
  }

  private static func record(_ path: String) {
    guard let record = try? CalibrationRecord.load(path, for: FuzzSeeds.model) else { return }
    let method = record.choice.flatMap { QuantizationMethod(name: $0.method) } ?? QuantizationMethod()
    _ = try? Quantizer(method).quantize(FuzzSeeds.model, record)
  }

  private static func checkpoint(_ path: String) {
    guard let loop = try? FuzzSeeds.loop() else { return }
    // One batch shows that what was read can be gone on with.
    var batches = 0
    _ = try? loop.run(
      checkpoints: .init(path: path, interval: .infinity, resumes: true),
      isCancelled: {
        batches += 1
        return batches > 2
      })
  }

  private static func picture(_ bytes: [UInt8]) {
    _ = try? ImageDecoder.decode(bytes, name: "picture")
    guard let decoder = try? FrameDecoder() else { return }
    var frame = Frame()
    frame.bytes = bytes
    var image = Image(width: 1, height: 1, channels: 3, filledWith: 0)
    try? decoder.decode(frame, into: &image)
  }

  private static let folder = try! TemporaryFolder()

  /// Gives bytes to what reads a file.
  private static func inFile(_ bytes: [UInt8], _ read: (String) -> Void) {
    let path = folder.path("input")
    try! Data(bytes).write(to: URL(fileURLWithPath: path))
    read(path)
  }
}
