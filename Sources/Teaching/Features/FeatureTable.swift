import Files
import ModelFiles
import Models
import Numerics

/// Features of general training pictures, stored as codes and without the pictures: what a head is shown beside
/// somebody's own pictures, so that it stays good for others.
///
/// A safetensors file: `features` `[pictures, count]`, int8 codes with scale and zero point of the model's own value,
/// `labels` `[pictures]`, `parts` `[pictures]` (0 learned from, 1 chosen by, 2 judged by); metadata `classes`, `body`
/// (see `QuantizedModel.bodySHA256`) and `glint` `features`.
public struct FeatureTable: Sendable {
  /// What a picture is for.
  public enum Part: UInt8, Sendable, CaseIterable {
    /// Learned from beside one's own pictures.
    case training
    /// Says how far a head may move.
    case validation
    /// Judges at the end.
    case test
  }

  /// Which model's they are.
  public let body: String
  /// The classes in the order of their numbers.
  public let labels: [String]
  /// Codes of a picture.
  public let count: Int
  /// `[pictures][count]`.
  public private(set) var features: [Int8] = []
  /// The class of each picture.
  public private(set) var classes: [UInt8] = []
  /// What each picture is for.
  public private(set) var parts: [Part] = []

  /// An empty table for a model.
  ///
  /// - Parameter count: features of one picture.
  public init(_ model: QuantizedModel, count: Int) {
    body = model.bodySHA256
    labels = model.description.labels
    self.count = count
  }

  /// Adds a picture's features.
  public mutating func add(_ codes: [Int8], label: Int, part: Part) {
    precondition(codes.count == count, "features of another model")
    features += codes
    classes.append(UInt8(truncatingIfNeeded: label))
    parts.append(part)
  }

  /// The numbers of the pictures of a part.
  func pictures(of part: Part) -> [Int] { parts.indices.filter { parts[$0] == part } }

  /// Reads a table.
  ///
  /// - Throws: `FileError` or `FormatError` for a file that is none.
  public init(path: String) throws {
    let file = try SafetensorsFile(path: path)
    try file.verifyChecksums()
    func broken(_ reason: String) -> FormatError {
      FormatError(path: path, reason: "is no table of features: \(reason)")
    }
    guard file.metadata("glint") == "features", let body = file.metadata("body"),
      let classes = file.metadata("classes"),
      let labels = (try? JSONValue(parsing: classes))?.strings
    else { throw broken("it does not say of which model") }
    let codes: Tensor<Int8> = try file.tensor("features", of: Int8.self)
    let numbers: Tensor<UInt8> = try file.tensor("labels", of: UInt8.self)
    let parts: Tensor<UInt8> = try file.tensor("parts", of: UInt8.self)
    guard codes.shape.rank == 2, codes.shape[0] == numbers.shape.count, codes.shape[0] == parts.shape.count else {
      throw broken("its shapes do not fit together")
    }
    guard numbers.elements.allSatisfy({ Int($0) < labels.count }) else { throw broken("a class that it does not have") }
    self.body = body
    self.labels = labels
    count = codes.shape[1]
    features = codes.elements
    self.classes = numbers.elements
    self.parts = try parts.elements.map {
      guard let part = Part(rawValue: $0) else { throw broken("a part that there is not") }
      return part
    }
  }

  /// Writes the table.
  ///
  /// - Throws: `FileError`.
  public func write(to path: String) throws(FileError) {
    var writer = SafetensorsWriter()
    writer.add("features", Tensor([classes.count, count], features))
    writer.add("labels", Tensor([classes.count], classes))
    writer.add("parts", Tensor([classes.count], parts.map(\.rawValue)))
    writer.add(metadata: "glint", "features")
    writer.add(metadata: "body", body)
    writer.add(metadata: "classes", JSONValue.array(labels.map { .string($0) }).text)
    try writer.write(to: path)
  }
}

extension QuantizedModel {
  /// The SHA-256 of all that comes before the last layer: codes, biases and scales of every layer, and scale and zero
  /// point of every value. Features of one such body serve every head.
  public var bodySHA256: String {
    var hash = SHA256()
    for parameters in self.parameters.dropLast() {
      guard let parameters else { continue }
      parameters.weight.elements.withUnsafeBytes { hash.update($0) }
      parameters.bias.elements.withUnsafeBytes { hash.update($0) }
      parameters.scales.withUnsafeBytes { hash.update($0) }
    }
    for value in quantization.dropLast() {
      withUnsafeBytes(of: value.scale) { hash.update($0) }
      withUnsafeBytes(of: value.zeroPoint) { hash.update($0) }
    }
    return hash.finishHex()
  }
}
