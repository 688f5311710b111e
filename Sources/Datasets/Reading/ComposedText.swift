// The standard library composes text, and shows that to Foundation alone, which would bring tables of its own.
@_spi(_Unicode) import Swift

extension String {
  /// The same text in Unicode's form C, in which accents are one with their letters where such a letter exists.
  var composed: String { String(String.UnicodeScalarView(_nfc)) }
}
