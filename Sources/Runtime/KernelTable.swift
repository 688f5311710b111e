import CCPU
import CInt8Kernels

/// One kernel of the list in `kernels.inc`.
public struct Kernel: Sendable {
  /// What it computes.
  public enum Operation: UInt32, Hashable, Sendable, CaseIterable {
    /// Any window, stride, padding and dilation.
    case convolution = 0
    /// Convolution and 2x2 max pooling in one pass.
    case convolutionMaxPool
    /// The first, of at most eight outputs.
    case convolutionEight
    /// The same and 2x2 max pooling in one pass.
    case convolutionEightMaxPool
    /// Convolution whose windows are gathered first.
    case convolutionGathered
    /// The same and 2x2 max pooling in one pass.
    case convolutionGatheredMaxPool
    /// The same over 3-channel pixels as they lie, 3x3.
    case rgbConvolutionMaxPool
    /// 3x3 convolution by Winograd's transformation in 16 bits.
    case winograd
    /// The same and 2x2 max pooling in one pass.
    case winogradMaxPool
    /// The same without and with pooling, in tiles of 4x4 results.
    case winograd4
    case winograd4MaxPool
    /// The same over 3-channel pixels as they lie.
    case winograd4RGBMaxPool
    /// Convolution with a filter per channel.
    case depthwise
    /// The same with 3x3 taps that move by 1 or 2.
    case depthwise3x3
    /// The same with taps that move by 1, and 2x2 max pooling in one pass.
    case depthwise3x3MaxPool
    /// The same with 5x5 taps.
    case depthwise5x5
    /// Fully connected.
    case dense
    /// Raw sums of a fully connected layer over some of its inputs.
    case densePart
    /// A fully connected layer's results from its parts.
    case denseSum
    /// Max pooling.
    case maxPool
    /// Average pooling.
    case averagePool
    /// Sum of two values.
    case add
    /// Product of two values.
    case multiply
    /// A table applied to each code, and copies.
    case map
    /// Nearest-neighbour enlargement.
    case upsample
    /// Another number of rows and columns.
    case resize
    /// Codes picked at regular distances.
    case rearrange
    /// Borders and widening before a convolution.
    case prepare
    /// Codes of 8 bits become words, int16 codes less their zero point, which all further operations read; borders.
    case widen
    /// Convolution of words.
    case convolution16
    /// The same and 2x2 max pooling in one pass.
    case convolution16MaxPool
    /// Convolution of words with a filter per channel.
    case depthwise16
    /// Fully connected layer of words.
    case dense16
    /// Max pooling of words.
    case maxPool16
    /// Average pooling of words.
    case averagePool16
    /// Sum of two values of words.
    case add16
    /// Product of two values of words.
    case multiply16
    /// Words rescaled, narrowed, or through a table.
    case map16
    /// Another number of rows and columns of words, mixed.
    case resize16
  }

  private let index: Int

  var record: ck_kernel { ck_kernel_at(index).pointee }

  /// The function's name, which says types, operation, fusion and instruction set.
  public var name: String { String(cString: record.name) }
  /// What it computes.
  public var operation: Operation { Operation(rawValue: record.op.rawValue)! }
  /// What it needs.
  public var isa: ISA { ISA(rawValue: record.isa.rawValue)! }
  /// Bytes of one input as the kernel reads it: 2 where rows are widened first.
  var activationBytes: Int { Int(record.activation_bytes) }

  /// Whether it lays the inputs of a window side by side first.
  var gathers: Bool { operation == .convolutionGathered || operation == .convolutionGatheredMaxPool }

  /// Results down and across of a tile of Winograd's; 1 of others. Pooling is of them.
  var tileSide: Int {
    switch operation {
    case .winograd, .winogradMaxPool: 2
    case .winograd4, .winograd4MaxPool, .winograd4RGBMaxPool: 4
    default: 1
    }
  }

  /// Every kernel built for this architecture, in the order of the list.
  public static let all: [Kernel] = (0..<ck_kernel_count()).map { Kernel(index: $0) }
}

/// Which kernels may serve: resolved once, passed to `Interpreter`.
public struct KernelTable: Sendable {
  /// The instruction sets that kernels may use, worst first.
  public let allowed: [ISA]

  /// Whether the processor adds vectors of 512 bits beside its products, with units that do not multiply. Where it does
  /// not, Winograd's transformations do not pay. It is the processor's own unless it is set, to see what another's
  /// choice would give.
  public var addsBesideProducts = ccpu_adds_where_it_multiplies() == 0

  /// All that the machine offers within the limit of the process.
  public static var detected: KernelTable { KernelTable(allowed: ISA.detected) }

  /// All that the machine offers up to and including `limit`, whatever the limit of the process.
  ///
  /// A limit that the machine does not offer leaves what lies below it.
  public init(limit: ISA) { self.init(allowed: ISA.supported.filter { $0.rawValue <= limit.rawValue }) }

  private init(allowed: [ISA]) { self.allowed = allowed }

  /// The best instruction set that kernels may use.
  public var isa: ISA { allowed.last ?? .scalar }

  /// The best kernel of an operation: of the highest allowed instruction set that has one.
  func best(_ operation: Kernel.Operation) -> Kernel? {
    var result: Kernel?
    for kernel in Kernel.all where kernel.operation == operation && allowed.contains(kernel.isa) {
      if kernel.isa.rawValue >= (result?.isa ?? .scalar).rawValue { result = kernel }
    }
    return result
  }

  /// The kernel of the highest instruction set that one of some operations has; the first of those that tie.
  func best(of operations: [Kernel.Operation]) -> Kernel? {
    var result: Kernel?
    for operation in operations {
      guard let kernel = best(operation) else { continue }
      if result == nil || kernel.isa.rawValue > result!.isa.rawValue { result = kernel }
    }
    return result
  }

  /// Why the table has no better kernel than `kernel` for its operation, for tables that people read.
  func reason(for kernel: Kernel) -> String {
    if kernel.isa == isa { return "best of \(isa.name)" }
    return "\(isa.name) has no kernel of its own here"
  }
}
