/// What a person should know about a model before trusting it: free text by field, in a fixed order.
public struct ModelCard: Hashable, Sendable {
  /// One statement.
  public struct Entry: Hashable, Sendable {
    /// What is stated, as in "data" or "validation accuracy".
    public var field: String
    /// The statement.
    public var text: String

    /// `field` names the fact, `text` states it.
    public init(_ field: String, _ text: String) {
      self.field = field
      self.text = text
    }
  }

  /// The statements in the order in which they are shown.
  public var entries: [Entry]

  /// Statements keep their order.
  public init(_ entries: [Entry] = []) { self.entries = entries }

  /// The text of a field; setting it replaces the field or appends it.
  public subscript(field: String) -> String? {
    get { entries.first { $0.field == field }?.text }
    set {
      let index = entries.firstIndex { $0.field == field }
      switch (index, newValue) {
      case (let index?, let text?): entries[index].text = text
      case (let index?, nil): entries.remove(at: index)
      case (nil, let text?): entries.append(Entry(field, text))
      case (nil, nil): break
      }
    }
  }
}
