import Files

/// Names of classes as people and exporters write them.
public enum LabelList {
  /// Keys of an ONNX file's notes under which exporters leave labels.
  static let keys = ["labels", "classes", "names", "class_names"]

  /// The labels of a text: a JSON list, numbers with names in braces (JSON, or as Python prints a dictionary), a line
  /// each, or names with commas between them. Nil where there are none, or the numbers have gaps.
  public static func parse(_ text: String) -> [String]? {
    // A byte order mark is no part of the first name.
    let trimmed = trim(text.drop { $0 == "\u{feff}" })
    let labels: [String]
    if trimmed.first == "[" {
      guard let list = (try? JSONValue(parsing: trimmed))?.strings ?? quoted(trimmed) else { return nil }
      labels = list
    } else if trimmed.first == "{" {
      guard let list = numbered(trimmed) else { return nil }
      labels = list
    } else {
      let separator: Character = trimmed.contains(where: \.isNewline) ? "\n" : ","
      labels = trimmed.split(whereSeparator: { $0 == separator || (separator == "\n" && $0.isNewline) })
        .map { trim($0) }.filter { !$0.isEmpty }
    }
    return labels.isEmpty || labels.contains("") ? nil : labels
  }

  private static func trim(_ text: Substring) -> String {
    var rest = text
    while rest.first?.isWhitespace ?? false { rest.removeFirst() }
    while rest.last?.isWhitespace ?? false { rest.removeLast() }
    return String(rest)
  }

  /// What stands in quotes of either kind, in order.
  private static func quoted(_ text: String) -> [String]? {
    var texts: [String] = []
    var open: Character?
    var current = ""
    var escaped = false
    for character in text {
      if let quote = open {
        if escaped {
          current.append(character)
          escaped = false
        } else if character == "\\" {
          escaped = true
        } else if character == quote {
          texts.append(current)
          (open, current) = (nil, "")
        } else {
          current.append(character)
        }
      } else if character == "'" || character == "\"" {
        open = character
      }
    }
    return open == nil ? texts : nil
  }

  /// `{0: 'happy', 1: 'sad'}` and `{"0": "happy", "1": "sad"}`, and names that point to numbers.
  private static func numbered(_ text: String) -> [String]? {
    guard let texts = quoted(text) else { return nil }
    // Names and numbers alternate; where numbers stand in quotes, every other text is one.
    if texts.count % 2 == 0, !texts.isEmpty,
      stride(from: 0, to: texts.count, by: 2).allSatisfy({ Int(texts[$0]) != nil })
    {
      var labels = [String](repeating: "", count: texts.count / 2)
      for place in stride(from: 0, to: texts.count, by: 2) {
        guard let number = Int(texts[place]), labels.indices.contains(number), labels[number].isEmpty else {
          return nil
        }
        labels[number] = texts[place + 1]
      }
      return labels
    }
    let numbers = outsideQuotes(text).split(whereSeparator: { !$0.isNumber }).map { Int($0) }
    guard numbers.count == texts.count else { return nil }
    var labels = [String](repeating: "", count: texts.count)
    for (number, label) in zip(numbers, texts) {
      guard let number, labels.indices.contains(number), labels[number].isEmpty else { return nil }
      labels[number] = label
    }
    return labels
  }

  private static func outsideQuotes(_ text: String) -> String {
    var open: Character?
    var escaped = false
    return text.filter { character in
      if let quote = open {
        if escaped {
          escaped = false
        } else if character == "\\" {
          escaped = true
        } else if character == quote {
          open = nil
        }
        return false
      }
      if character == "'" || character == "\"" { open = character }
      return open == nil
    }
  }
}
