import Inference
import NumPyFiles
import Numerics

/// Arrays, one for each input, as the examples that a model is run on, one after the other.
struct NumberExamples {
  /// How many there are.
  let count: Int
  private let arrays: [NumPyArray]
  private let ports: NumberPorts

  /// - Parameter given: the array of each input, and what names it in errors.
  /// - Throws: `Failure` for extents that do not fit, for inputs of other numbers of examples, for codes where none are
  ///   read, and for numbers that are not finite.
  init(_ given: [NumberSource.Given], _ ports: NumberPorts) throws {
    arrays = given.map(\.array)
    self.ports = ports
    let counts = try zip(given, ports.inputs).map { try Self.count($0, $1, ports) }
    count = counts[0]
    if let other = counts.firstIndex(where: { $0 != counts[0] }) {
      throw Failure(
        "\(given[0].title): holds \(counts[0]) examples, and \(given[other].title) \(counts[other]); each input takes "
          + "as many as the others")
    }
  }

  /// How many examples an array holds.
  private static func count(_ given: NumberSource.Given, _ port: NumberPorts.Port, _ ports: NumberPorts) throws -> Int {
    let (array, title) = (given.array, given.title)
    let total = array.shape.reduce(1, *)
    guard total > 0, total % port.count == 0, fits(array.shape, port.dimensions) else {
      let isTurned = port.turned.map { fits(array.shape, $0) } ?? false
      throw Failure(
        "\(title): holds \(Shape(array.shape)); the model reads \(port.words), or several of them in an array"
          + (isTurned ? ", channels before rows and columns: numpy.moveaxis(x, -1, -3)" : ""))
    }
    switch array.elements {
    case .floats(let numbers):
      guard numbers.allSatisfy(\.isFinite) else { throw Failure("\(title): holds a number that is not finite") }
    case .codes(let codes):
      guard ports.real(codes.prefix(0)) != nil else {
        throw Failure("\(title): holds int8; the model reads \(ports.kinds)")
      }
    case .bytes:
      guard ports.takesBytes else { throw Failure("\(title): holds uint8; the model reads \(ports.kinds)") }
    }
    return total / port.count
  }

  /// Whether an array is one example or several: extents of 1 say nothing, and the first of all may count.
  private static func fits(_ shape: [Int], _ wanted: [Int]) -> Bool {
    let (given, one) = (shape.filter { $0 != 1 }, wanted.filter { $0 != 1 })
    return given == one || Array(given.dropFirst()) == one
  }

  /// Each output's logits for one of the examples.
  func run(_ number: Int, _ runner: NumberRunner) throws -> [[Float]] {
    if arrays.count == 1, case .bytes(let bytes) = arrays[0].elements {
      let example = bytes[range(number, of: 0)]
      if ports.real(example) == nil { return runner.run(pixels: ports.pixels(of: example)) }
    }
    let numbers = arrays.indices.flatMap { real(number, of: $0) }
    return runner.run(ports.pixels(of: numbers[...]))
  }

  private func range(_ number: Int, of input: Int) -> Range<Int> {
    let count = ports.inputs[input].count
    return number * count..<(number + 1) * count
  }

  /// One example's numbers of an input.
  private func real(_ number: Int, of input: Int) -> [Float] {
    let range = range(number, of: input)
    return switch arrays[input].elements {
    case .floats(let numbers): Array(numbers[range])
    case .codes(let codes): ports.real(codes[range]) ?? []
    case .bytes(let bytes): ports.real(bytes[range]) ?? []
    }
  }

  /// The extents of an output of all examples: their number takes the place of a batch of 1, or stands before the rest;
  /// one example without a batch gives outputs without.
  func shape(of port: NumberPorts.Port) -> [Int] {
    let isOne = count == 1
    let missing = zip(arrays, ports.inputs).map { $1.dimensions.count - $0.shape.count }
    guard ports.hasBatch else {
      return isOne && missing.allSatisfy { $0 >= 0 } ? port.dimensions : [count] + port.dimensions
    }
    let isBatch = port.dimensions.count > 1 && port.dimensions[0] == 1
    if isOne, missing.allSatisfy({ $0 > 0 }) {
      return isBatch ? Array(port.dimensions.dropFirst()) : port.dimensions
    }
    return isBatch ? [count] + port.dimensions.dropFirst() : (isOne ? [] : [count]) + port.dimensions
  }
}
