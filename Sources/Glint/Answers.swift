import Imaging

/// What a model says of a picture.
public struct LabelledPicture: Hashable, Sendable {
  /// The label that is shown; where the model knows when it cannot say, its word for that, such as `unsure`.
  public let label: String
  /// The label's place among `Labeller.labels`; nil where the model is unsure.
  public let index: Int?
  /// Of the likeliest label that may be shown, 0 to 1.
  public let probability: Float
  /// Of each label, in the order of `Labeller.labels`.
  public let probabilities: [Float]
  /// Where the face is that was looked at; nil where the picture was taken as it is.
  public let box: Box?
}

/// A face that was found.
public struct FoundFace: Hashable, Sendable {
  /// Where it is.
  public let box: Box
  /// How sure the detector is that it is one, 0 to 1.
  public let certainty: Float
}

/// A rectangle in pixels of the upright picture, x to the right and y down; it may reach beyond the picture.
public struct Box: Hashable, Sendable {
  /// The left edge.
  public let x: Float
  /// The upper edge.
  public let y: Float
  /// Columns.
  public let width: Float
  /// Rows.
  public let height: Float

  init(_ face: FaceBox) { (x, y, width, height) = (face.x, face.y, face.width, face.height) }
}

/// Pixels in memory: `[height][width][3]`, red, green, blue, rows `stride` bytes apart.
public struct RGBPixels: Sendable {
  private let bytes: [UInt8]
  private let width: Int
  private let height: Int
  private let stride: Int

  /// The largest number of columns or rows.
  public static let mostSide = 1 << 15

  /// Names pixels; whether they fit their size is found out where they are used.
  ///
  /// - Parameter stride: bytes from one row to the next; nil for `3 * width`.
  public init(_ bytes: [UInt8], width: Int, height: Int, stride: Int? = nil) {
    self.bytes = bytes
    self.width = width
    self.height = height
    self.stride = stride ?? width.multipliedReportingOverflow(by: 3).partialValue
  }

  /// The bytes from the first pixel to the last.
  ///
  /// - Throws: `LabellerError` for extents that no picture has.
  package static func byteCount(width: Int, height: Int, stride: Int) throws(LabellerError) -> Int {
    let sides = 1...mostSide
    guard sides.contains(width), sides.contains(height) else {
      throw LabellerError("\(width) x \(height) pixels: 1 to \(mostSide) columns and rows are wanted")
    }
    guard stride >= 3 * width, stride <= Int.max / height else {
      throw LabellerError("\(width) x \(height) pixels of 3 bytes do not fit into rows \(stride) bytes apart")
    }
    return stride * (height - 1) + 3 * width
  }

  func image() throws(LabellerError) -> Image {
    let wanted = try Self.byteCount(width: width, height: height, stride: stride)
    guard bytes.count >= wanted else {
      throw LabellerError(
        "\(bytes.count) bytes with rows \(stride) bytes apart do not hold \(width) x \(height) pixels of 3 bytes")
    }
    let row = 3 * width
    guard stride != row || bytes.count != row * height else {
      return Image(width: width, height: height, channels: 3, pixels: bytes)
    }
    let pixels = (0..<height).flatMap { bytes[$0 * stride..<$0 * stride + row] }
    return Image(width: width, height: height, channels: 3, pixels: pixels)
  }
}

/// Why a model or a picture cannot be used: the file or value, and the reason.
public struct LabellerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The whole message.
  public let description: String

  package init(_ reason: String) { description = reason }

  init(_ error: any Error) { self = error as? LabellerError ?? LabellerError("\(error)") }
}
