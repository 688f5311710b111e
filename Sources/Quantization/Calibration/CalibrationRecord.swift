import Files
import FoundationEssentials
import ModelFiles
import Models
import Numerics

/// What was observed while calibration images ran through a float model: enough to quantize it again, with any
/// method, without the images.
public struct CalibrationRecord: Hashable, Sendable, Codable {
  /// One value of the graph.
  public struct Value: Hashable, Sendable, Codable {
    /// The node that makes it, or "input".
    public var name: String
    /// What was seen.
    public var histogram: Histogram
    /// What was seen in each image, in the order of `images`.
    public var extremes: [Extremes]

    /// `extremes` has one entry an image.
    public init(name: String, histogram: Histogram, extremes: [Extremes]) {
      self.name = name
      self.histogram = histogram
      self.extremes = extremes
    }

    /// Joins what was seen of another value in the same images.
    mutating func merge(_ other: Value) {
      histogram.merge(other.histogram)
      for (index, own) in extremes.enumerated() {
        extremes[index].low = min(own.low, other.extremes[index].low)
        extremes[index].high = max(own.high, other.extremes[index].high)
      }
    }
  }

  /// The smallest and the largest element of a value in one image.
  public struct Extremes: Hashable, Sendable, Codable {
    /// The smallest.
    public var low: Float
    /// The largest.
    public var high: Float

    /// `low <= high`, in real units.
    public init(low: Float, high: Float) {
      self.low = low
      self.high = high
    }
  }

  /// The method that was chosen, and why.
  public struct Choice: Hashable, Sendable, Codable {
    /// The method's name.
    public var method: String
    /// What was tried, and how it did.
    public var trials: String
    /// Why the method was chosen.
    public var reason: String

    /// All in words, for the model's card.
    public init(method: String, trials: String, reason: String) {
      self.method = method
      self.trials = trials
      self.reason = reason
    }
  }

  /// The weights that were observed, as in `FloatModel.weightsSHA256`.
  public var weightsSHA256: String
  /// SHA-256 of each calibration image's file, sorted.
  public var images: [String]
  /// By value number.
  public var values: [Value]
  /// The same of the network after `CrossLayerEqualization`; nil where nothing can be equalized.
  public var equalized: [Value]?
  /// What was chosen by it; nil before that.
  public var choice: Choice?
  /// What methods that need the images learned from them, by the method's name.
  public var learned: [String: LearnedParameters] = [:]

  /// How the int8 logits of the chosen method become answers; nil where they do as the float model's.
  public var answers: AnswerFit?

  /// `values` has one entry a value of the graph; choice and answers come later.
  public init(weightsSHA256: String, images: [String], values: [Value], equalized: [Value]? = nil) {
    self.weightsSHA256 = weightsSHA256
    self.images = images
    self.values = values
    self.equalized = equalized
  }

  /// Writes the record as JSON, whole or not at all.
  ///
  /// - Throws: `FormatError`.
  public func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try AtomicFile.write([UInt8](try encoder.encode(self)), to: path)
  }

  /// Whether the file at `path` is a record of any model.
  public static func isRecord(_ path: String) -> Bool {
    struct Beginning: Decodable {
      let weightsSHA256: String
      let images: [String]
    }
    guard let file = try? MappedFile(path: path) else { return false }
    return (try? JSONDecoder().decode(Beginning.self, from: Data(file.copy()))) != nil
  }

  /// Reads a record and checks that it belongs to a model.
  ///
  /// - Throws: `QuantizationError`.
  public static func load(_ path: String, for model: FloatModel) throws -> CalibrationRecord {
    if let reason = FileKind.refusal(of: path, wanting: "a calibration record", among: [.companion, .text]) {
      throw QuantizationError("\(path): \(reason)")
    }
    let data: Data
    do { data = try Data(MappedFile(path: path).copy()) } catch { throw QuantizationError("\(error)") }
    guard let record = try? JSONDecoder().decode(CalibrationRecord.self, from: data) else {
      throw QuantizationError("\(path): is no calibration record of this version; calibrate on images again")
    }
    guard record.weightsSHA256 == model.weightsSHA256 else {
      throw QuantizationError("\(path): was recorded with other weights; calibrate on images again")
    }
    let graph = model.description.graph
    let names = (0...graph.nodes.count).map(graph.valueName)
    let all = [record.values] + (record.equalized.map { [$0] } ?? [])
    guard all.allSatisfy({ $0.map(\.name) == names }),
      all.joined().allSatisfy({ $0.extremes.count == record.images.count })
    else {
      throw QuantizationError("\(path): was recorded with another graph; calibrate on images again")
    }
    var weights: [String: (count: Int, channels: Int)] = [:]
    for (node, parameters) in zip(graph.nodes, model.parameters) {
      if let parameters { weights[node.name] = (parameters.weight.shape.count, parameters.bias.shape.count) }
    }
    guard record.learned.values.allSatisfy({ $0.fits(weights) }) else {
      throw QuantizationError("\(path): what it learned does not fit the network; calibrate on images again")
    }
    guard record.answers?.fits(model.description) ?? true else {
      throw QuantizationError("\(path): was recorded with another decision; calibrate on images again")
    }
    return record
  }
}

/// Quantization that cannot be done: why, and what to do.
public struct QuantizationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The whole message.
  public let description: String

  /// A sentence that says what is wrong, and of what.
  public init(_ description: String) { self.description = description }
}
