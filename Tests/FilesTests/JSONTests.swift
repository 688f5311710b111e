import Files
import Testing

@Suite struct JSONTests {
  @Test func readsWhatItWrites() throws {
    let value = JSONValue.object([
      .init("a \"b\"\n\u{1}", .array([.integer(-12), .integer(.max), .integer(.min), .bool(true)])),
      .init("ä😀", .string("\\ / \t")), .init("empty", .object([])),
    ])
    #expect(try JSONValue(parsing: value.text) == value)
    #expect(try JSONValue(parsing: "\"\\ud83d\\ude00\\u00e4\"") == .string("😀ä"))
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\":1,\"a\":2}", "01", "1.5", "1e3", "9223372036854775808", "\"\\ud800\"", "\"\u{1}\"", "tru",
    "{} x", "\"abc", "[1 2]", "{1:2}", "-", "\"\\x\"", String(repeating: "[", count: 100_000),
  ])
  func refuses(_ text: String) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
  }
}
