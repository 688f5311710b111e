import Foundation
import Graphs
import ModelFiles

/// What was observed while calibration images ran through a float model: enough to quantize it again, with any
/// method, without the images.
public struct CalibrationRecord: Hashable, Sendable, Codable {
  /// One value of the graph.
  public struct Value: Hashable, Sendable, Codable {
    /// The node that makes it, or "input".
    public var name: String
    /// What was seen.
    public var histogram: Histogram
  }

  /// The weights that were observed, as in `FloatModel.weightsSHA256`.
  public var weightsSHA256: String
  /// SHA-256 of each calibration image's file, sorted.
  public var images: [String]
  /// By value number.
  public var values: [Value]

  /// Makes a record.
  public init(weightsSHA256: String, images: [String], values: [Value]) {
    self.weightsSHA256 = weightsSHA256
    self.images = images
    self.values = values
  }

  /// Writes the record as JSON, whole or not at all.
  ///
  /// - Throws: `ModelFileError`.
  public func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try AtomicFile.write([UInt8](try encoder.encode(self)), to: path)
  }

  /// Reads a record and checks that it belongs to a model.
  ///
  /// - Throws: `QuantizationError`.
  public static func load(_ path: String, for model: FloatModel) throws -> CalibrationRecord {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw QuantizationError("\(path): cannot be read")
    }
    guard let record = try? JSONDecoder().decode(CalibrationRecord.self, from: data),
      record.values.allSatisfy({ $0.histogram.counts.count == Histogram.bins })
    else { throw QuantizationError("\(path): is no calibration record") }
    guard record.weightsSHA256 == model.weightsSHA256 else {
      throw QuantizationError("\(path): was recorded with other weights; calibrate on images again")
    }
    let graph = model.description.graph
    guard record.values.map(\.name) == (0...graph.nodes.count).map(graph.valueName) else {
      throw QuantizationError("\(path): was recorded with another graph; calibrate on images again")
    }
    return record
  }
}

/// Quantization that cannot be done: why, and what to do.
public struct QuantizationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The whole message.
  public let description: String

  /// Makes an error from its message.
  public init(_ description: String) { self.description = description }
}
