/// A TensorFlow Lite file made by code: what converters write, as small as a test wants it.
public struct TFLiteWriter {
  /// Fields of Model that tests add or change.
  public var root: [Int: FlatTable.Value] = [0: .whole(3), 3: .text("test")]
  private var buffers: [FlatTable] = [FlatTable()]
  private var tensors: [FlatTable] = []
  private var codes: [FlatTable] = []
  private var operators: [FlatTable] = []
  /// The numbers of the tensors that go in.
  public var inputs: [Int] = []
  /// The numbers of the tensors that come out.
  public var outputs: [Int] = []
  /// Entries of the metadata: names, and the bytes of their buffers.
  public var metadata: [(String, [UInt8])] = []

  /// A network without operators.
  public init() {}

  /// Adds a tensor; its number. Types are numbers of the schema: 0 float32, 1 float16, 2 int32, 3 uint8, 9 int8.
  @discardableResult public mutating func tensor(
    _ name: String, _ shape: [Int], type: Int = 0, data: [UInt8]? = nil, scales: [Float] = [], zeroPoints: [Int] = [],
    axis: Int = 0, extra: [Int: FlatTable.Value] = [:]
  ) -> Int {
    var fields: [Int: FlatTable.Value] = [0: .wholes(shape), 1: .byte(type), 3: .text(name)]
    if let data {
      fields[2] = .whole(buffers.count)
      buffers.append(FlatTable([0: .bytes(data)]))
    }
    if !scales.isEmpty {
      fields[4] = .table(FlatTable([2: .fractions(scales), 3: .longs(zeroPoints), 6: .whole(axis)]))
    }
    tensors.append(FlatTable(fields.merging(extra) { $1 }))
    return tensors.count - 1
  }

  /// Adds a constant of floats.
  public mutating func weights(_ name: String, _ shape: [Int], _ numbers: [Float]) -> Int {
    tensor(name, shape, data: littleEndian(numbers.map(\.bitPattern)))
  }

  /// Adds a constant of whole numbers of 32 bits.
  public mutating func integers(_ name: String, _ numbers: [Int]) -> Int {
    tensor(name, [numbers.count], type: 2, data: littleEndian(numbers.map { Int32($0) }))
  }

  /// Adds an operator by its number in the schema.
  public mutating func node(
    _ code: Int, _ inputs: [Int], _ output: Int, options: (kind: Int, FlatTable)? = nil, custom: String? = nil,
    also: [Int] = []
  ) {
    var operatorCode: [Int: FlatTable.Value] = [0: .byte(min(code, 127)), 2: .whole(1), 3: .whole(code)]
    if let custom { operatorCode[1] = .text(custom) }
    var fields: [Int: FlatTable.Value] = [
      0: .whole(codes.count), 1: .wholes(inputs), 2: .wholes([output] + also),
    ]
    if let options { (fields[3], fields[4]) = (.byte(options.kind), .table(options.1)) }
    codes.append(FlatTable(operatorCode))
    operators.append(FlatTable(fields))
  }

  /// The whole file.
  public var bytes: [UInt8] {
    var (root, buffers) = (root, buffers)
    let graph = FlatTable([
      0: .tables(tensors), 1: .wholes(inputs), 2: .wholes(outputs), 3: .tables(operators), 4: .text("main"),
    ])
    root[6] = .tables(
      metadata.map { name, bytes in
        buffers.append(FlatTable([0: .bytes(bytes)]))
        return FlatTable([0: .text(name), 1: .whole(buffers.count - 1)])
      })
    root[1] = .tables(codes)
    root[2] = .tables([graph])
    root[4] = .tables(buffers)
    return FlatTable(root).file("TFL3")
  }
}
