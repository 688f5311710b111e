import Foundation
import Graphs
import Imaging
import ModelFiles
import Training

/// Runs images through a float model and records what its activations were.
public final class Calibrator {
  private let model: FloatModel
  private let interpreter: FloatInterpreter
  private var histograms: [Histogram]
  private var hashes: [String] = []

  /// Readies a float model.
  public init(_ model: FloatModel, threads: Int) throws {
    self.model = model
    interpreter = try FloatInterpreter(model, threads: threads)
    histograms = [Histogram](repeating: Histogram(), count: model.description.graph.nodes.count + 1)
  }

  /// Observes one picture.
  ///
  /// - Parameters:
  ///   - pixels: of the network's input, preprocessed by the model's own rule.
  ///   - hash: SHA-256 of the picture's file, for the record.
  /// - Throws: `QuantizationError` naming the node whose activation is not finite.
  public func observe(_ pixels: [UInt8], hash: String) throws {
    var broken: Int?
    _ = interpreter.run(pixels: pixels) { value, activations in
      // As integers, the magnitudes of infinities and NaN lie above those of all finite numbers.
      let largest = activations.reduce(UInt32(0)) { max($0, $1.bitPattern & 0x7FFF_FFFF) }
      guard Float(bitPattern: largest).isFinite else {
        broken = broken ?? value
        return
      }
      histograms[value].add(activations)
    }
    if let broken {
      throw QuantizationError(
        "node '\(model.description.graph.valueName(broken))': an activation is not finite; the float model is broken")
    }
    hashes.append(hash)
  }

  /// What was recorded so far.
  public var record: CalibrationRecord {
    let graph = model.description.graph
    return CalibrationRecord(
      weightsSHA256: model.weightsSHA256, images: hashes.sorted(),
      values: histograms.enumerated().map { .init(name: graph.valueName($0.offset), histogram: $0.element) })
  }
}

/// The pictures of a folder that calibration runs through, chosen by content so that names and order do not matter.
public struct CalibrationImages: Sendable {
  /// A picture, ready for the network.
  public struct Item: Sendable {
    /// The file.
    public let path: String
    /// SHA-256 of the file.
    public let hash: String
    /// Pixels of the network's input.
    public let pixels: [UInt8]
  }

  /// The pictures, by hash.
  public private(set) var items: [Item] = []
  /// Files that do not decode, and why.
  public private(set) var damaged: [ImageError] = []

  /// Chooses up to `count` pictures of a folder and its folders: those with the smallest hashes, files that do not
  /// decode passed over.
  ///
  /// - Parameters:
  ///   - boxes: a table of face boxes; without one, the folder's own counts (see `FaceBoxes`).
  /// - Throws: `QuantizationError` where no picture is left.
  public init(
    folder: String, boxes: String? = nil, count: Int, preprocessing: Preprocessing,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    let boxes = try boxes.map { try FaceBoxes(path: $0) } ?? FaceBoxes.found(in: folder)
    var files: [(hash: String, path: String)] = []
    var seen: Set<String> = []
    for path in try ImageFiles.list(folder) {
      guard let data = FileManager.default.contents(atPath: path) else {
        throw QuantizationError("\(path): cannot be read")
      }
      let hash = data.withUnsafeBytes { SHA256.hex($0) }
      if seen.insert(hash).inserted { files.append((hash, path)) }
    }
    files.sort { $0.hash < $1.hash }
    for file in files {
      guard items.count < count else { break }
      do throws(ImageError) {
        let image = try ImageDecoder.decode(path: file.path)
        let pixels = preprocessing.apply(to: image, face: boxes?.box(for: file.path)).pixels
        items.append(Item(path: file.path, hash: file.hash, pixels: pixels))
      } catch {
        damaged.append(error)
      }
      progress(items.count, min(count, files.count))
    }
    guard !items.isEmpty else {
      throw QuantizationError(
        damaged.isEmpty
          ? "\(folder): no images (.jpg, .jpeg, .png) to calibrate on"
          : "\(folder): none of its \(damaged.count) images decodes; the first: \(damaged[0])")
    }
  }
}
