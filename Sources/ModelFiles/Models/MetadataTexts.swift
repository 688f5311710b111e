import Files
import Models

/// A model's description as texts by key: the metadata of a model file, and of files of other formats that carry it.
public struct MetadataTexts: Sendable {
  /// One text.
  public struct Entry: Hashable, Sendable {
    /// What it tells, as in `graph`.
    public let key: String
    /// JSON, or a word.
    public let text: String

    /// `text` under `key`.
    public init(_ key: String, _ text: String) {
      self.key = key
      self.text = text
    }
  }

  /// The keys of a description's texts.
  public static let keys = [
    "format", "format_version", "kind", "graph", "preprocessing", "labels", "card", "temperature", "detection",
    "decision", "interface",
  ]

  /// The file that they stand in, for errors.
  public let path: String
  /// In the file's order.
  public let entries: [Entry]

  /// Texts of the file at `path`.
  public init(path: String, _ entries: [Entry]) {
    self.path = path
    self.entries = entries
  }

  /// What a file says of a model, in the words of a model file.
  public init(_ model: LoadedModel) {
    switch model {
    case .float(let model): self.init(path: "", DescriptionCoding.texts(model.description, kind: FloatModel.kind))
    case .int8(let model):
      self.init(
        path: "",
        DescriptionCoding.texts(model.description, kind: QuantizedModel.kind, version: model.formatVersion))
    }
  }

  /// The text under a key.
  public subscript(key: String) -> String? { entries.first { $0.key == key }?.text }

  /// The description that the texts hold.
  ///
  /// - Throws: `FormatError` as for a model file: a key that is not known, a text that breaks a rule, a graph that
  ///   makes no sense or asks for more than it may.
  public func description(limits: ModelLimits = .standard) throws(FormatError) -> ModelDescription {
    try DescriptionCoding.read(from: self, limits: limits)
  }
}
