import Camera
import Datasets
import DetectorTraining
import Faces
import Files
import Foundation
import Imaging
import Importing
import Models
import NumPyFiles
import Numerics
import ONNXFiles
import Quantization
import TFLiteFiles
import TestSupport
import Training

/// What reads bytes that somebody else made. Every input is read or refused with an error; a trap, a leak, a read
/// beyond the bytes or an input that takes long is a fault.
enum FuzzTarget: String, CaseIterable {
  case model, json, network, table, record, checkpoint, detector, onnx, tflite, numpy, http, multipart, jpeg, png

  /// Whether inputs are safetensors files whose checksums must be right to get anywhere.
  var hasChecksums: Bool { self == .model || self == .checkpoint || self == .detector }

  func run(_ bytes: [UInt8]) {
    switch self {
    case .model: Self.inFile(bytes) { _ = CraftedModel.use($0) }
    case .json: Self.json(bytes)
    case .network: Self.network(bytes)
    case .table:
      Self.inFile(bytes) {
        _ = try? FaceBoxTable(path: $0).count
        _ = try? FaceAnnotations(path: $0).count
      }
      Self.inFile(bytes, named: FaceBoxTable.defaultName) { _ in
        // The same text as votes for classes.
        _ = ClassNames(["x", "y", "happy", "sad"]).areFound(in: Self.folder.path("."))
      }
    case .record: Self.inFile(bytes, Self.record)
    case .checkpoint: Self.inFile(bytes, Self.checkpoint)
    case .detector: Self.inFile(bytes, Self.detectorCheckpoint)
    case .onnx:
      Self.inFile(bytes) { path in
        if let file = try? ONNXModel(path: path) { _ = try? ImportedModel(file, options: Self.small) }
      }
    case .tflite:
      Self.inFile(bytes) { path in
        if let file = try? TFLiteModel(path: path) { _ = try? ImportedModel(file, options: Self.small) }
      }
    case .numpy: Self.inFile(bytes, Self.array)
    case .http: VisitedPage.shared.visit(bytes)
    case .multipart: Self.stream(bytes)
    case .jpeg, .png: Self.picture(bytes)
    }
  }

  /// Networks that take a moment even where everything is checked: larger ones are as sound, and slow.
  private static let small: ImportOptions = {
    var options = ImportOptions()
    options.limits.memory = 1 << 25
    options.limits.multiplyAdds = 100_000_000
    return options
  }()

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
    _ = try? loop.run(checkpoints: resumed(path), isCancelled: afterOneStep())
  }

  private static func detectorCheckpoint(_ path: String) {
    guard let loop = try? FuzzSeeds.detectorLoop() else { return }
    _ = try? loop.run(checkpoints: resumed(path), isCancelled: afterOneStep())
  }

  private static func resumed(_ path: String) -> CheckpointOptions {
    .init(path: path, interval: .infinity, resumes: true)
  }

  /// One step shows that what was read can be gone on with.
  private static func afterOneStep() -> () -> Bool {
    var steps = 0
    return {
      steps += 1
      return steps > 2
    }
  }

  /// An array of numbers that was read is written and read as the same shape.
  private static func array(_ path: String) {
    let copy = folder.path("copy")
    if NumPyArchive.isOne(path: path) {
      guard let archive = try? NumPyArchive(path: path) else { return }
      let arrays = archive.names.compactMap { name in (try? archive.array(name)).map { (name, $0!) } }
      try! NumPyArchive.write(arrays, to: copy)
      precondition(
        arrays.isEmpty || (try? NumPyArchive(path: copy))?.names == arrays.map(\.0), "an archive has other arrays")
      return
    }
    guard let array = try? NumPyArray(path: path) else { return }
    try! array.write(to: copy)
    precondition((try? NumPyArray(path: copy))?.shape == array.shape, "an array is written as something else")
  }

  /// A camera's stream: its boundary up to the first line end, then what comes. Whether it comes in one piece or byte
  /// by byte must make no difference.
  private static func stream(_ bytes: [UInt8]) {
    let boundary = String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
    let content = Array(bytes.dropFirst(boundary.utf8.count + 1))
    func parts(_ step: Int) -> [[UInt8]] {
      var parser = MultipartParser(boundary: boundary), found: [[UInt8]] = []
      for place in stride(from: 0, to: content.count, by: step) {
        let isSound: Void? = content[place..<min(place + step, content.count)].withUnsafeBufferPointer { piece in
          try? parser.add(piece) { found.append(Array($0)) }
        }
        guard isSound != nil else { break }
      }
      return found
    }
    precondition(parts(max(1, content.count)) == parts(1), "a stream is taken apart in another way byte by byte")
    var decoder = Y4MParser()
    content.withUnsafeBufferPointer { try? decoder.add($0) { precondition($0.count >= 6) } }
  }

  private static func picture(_ bytes: [UInt8]) {
    _ = try? ImageDecoder.decode(bytes, name: "picture")
    guard let decoder = try? FrameDecoder() else { return }
    var frame = Frame()
    frame.bytes = bytes
    var image = Image(width: 1, height: 1, channels: 3, filledWith: 0)
    try? decoder.decode(frame, into: &image)
  }

  private static let folder = try! TemporaryFolder.untilExit()

  /// Gives bytes to what reads a file.
  private static func inFile(_ bytes: [UInt8], named name: String = "input", _ read: (String) -> Void) {
    let path = folder.path(name)
    try! Data(bytes).write(to: URL(fileURLWithPath: path))
    read(path)
  }
}
