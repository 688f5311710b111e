import Inference
import NumPyFiles
import Numerics

/// An array as the examples that a model is run on, one after the other.
struct NumberExamples {
  /// How many there are.
  let count: Int
  private let array: NumPyArray
  private let ports: NumberPorts
  private let title: String

  /// - Parameter title: what names the array in errors.
  /// - Throws: `Failure` for extents that do not fit, for codes where none are read, and for numbers that are not
  ///   finite.
  init(_ array: NumPyArray, _ ports: NumberPorts, title: String) throws {
    (self.array, self.ports, self.title) = (array, ports, title)
    let total = array.shape.reduce(1, *)
    guard total > 0, total % ports.count == 0, Self.fits(array.shape, ports.input.dimensions) else {
      let isTurned = ports.isChannelsFirst && Self.fits(array.shape, ports.own.dimensions)
      throw Failure(
        "\(title): holds \(Shape(array.shape)); the model reads \(ports.input.words), or several of them in an array"
          + (isTurned ? ", channels before rows and columns: numpy.moveaxis(x, -1, -3)" : ""))
    }
    count = total / ports.count
    switch array.elements {
    case .floats(let numbers):
      guard numbers.allSatisfy(\.isFinite) else { throw Failure("\(title): holds a number that is not finite") }
    case .codes(let codes):
      guard ports.real(codes.prefix(0)) != nil else {
        throw Failure("\(title): holds int8; the model reads \(ports.kinds)")
      }
    case .bytes: break
    }
  }

  /// Whether an array is one example or several: extents of 1 say nothing, and the first of all may count.
  private static func fits(_ shape: [Int], _ wanted: [Int]) -> Bool {
    let (given, one) = (shape.filter { $0 != 1 }, wanted.filter { $0 != 1 })
    return given == one || Array(given.dropFirst()) == one
  }

  /// Each output's logits for one of the examples.
  func run(_ number: Int, _ runner: NumberRunner) throws -> [[Float]] {
    let range = number * ports.count..<(number + 1) * ports.count
    switch array.elements {
    case .floats(let numbers): return runner.run(ports.pixels(of: numbers[range]))
    case .codes(let codes): return runner.run(ports.pixels(of: (ports.real(codes[range]) ?? [])[...]))
    case .bytes(let bytes):
      if let real = ports.real(bytes[range]) { return runner.run(ports.pixels(of: real[...])) }
      return runner.run(pixels: ports.pixels(of: bytes[range]))
    }
  }

  /// The extents of an output of all examples: their number takes the place of a batch of 1, or stands before the rest;
  /// one example without a batch gives outputs without.
  func shape(of port: NumberPorts.Port) -> [Int] {
    let isOne = count == 1
    guard ports.hasBatch else {
      return isOne && array.shape.count <= ports.input.dimensions.count ? port.dimensions : [count] + port.dimensions
    }
    let isBatch = port.dimensions.count > 1 && port.dimensions[0] == 1
    if isOne, array.shape.count < ports.input.dimensions.count {
      return isBatch ? Array(port.dimensions.dropFirst()) : port.dimensions
    }
    return isBatch ? [count] + port.dimensions.dropFirst() : (isOne ? [] : [count]) + port.dimensions
  }
}
