import Numerics

extension Operator {
  /// Elements of a value picked at regular distances: slices, transposes, space to depth and back, channel shuffles,
  /// repetition.
  ///
  /// An axis is a number of steps and the distance of one in the input's memory, in elements; a distance of 0 repeats,
  /// a negative one goes backwards. The elements of the result in row-major order are those met when all axes are run
  /// through from `offset` on, the last axis fastest.
  public struct Arrangement: Hashable, Sendable {
    /// One axis.
    public struct Axis: Hashable, Sendable {
      /// Steps.
      public var size: Int
      /// Elements from one to the next.
      public var stride: Int

      /// `size` steps of `stride` elements each.
      public init(size: Int, stride: Int) {
        self.size = size
        self.stride = stride
      }
    }

    /// The result's shape.
    public var shape: Shape
    /// The axes, outermost first; their sizes have the shape's product.
    public var axes: [Axis]
    /// The place of the first element.
    public var offset: Int

    /// `axes` outermost first, beginning at element `offset`.
    public init(shape: Shape, axes: [Axis], offset: Int = 0) {
      self.shape = shape
      self.axes = axes
      self.offset = offset
    }

    /// The most axes.
    public static let mostAxes = 8

    /// Whether all elements lie in a value of `count` elements, and fill the shape.
    func fits(_ count: Int) -> Bool {
      guard (1...Self.mostAxes).contains(axes.count), (0..<count).contains(offset) else { return false }
      var (total, lowest, highest) = (1, offset, offset)
      for axis in axes {
        guard (1...Graph.mostElements).contains(axis.size), axis.stride.magnitude <= UInt(Graph.mostElements) else {
          return false
        }
        // At most 2^28 * 2^28 each, and no more than eight of them.
        let reach = (axis.size - 1) * axis.stride
        if reach < 0 { lowest += reach } else { highest += reach }
        total *= axis.size
        guard total <= Graph.mostElements else { return false }
      }
      return lowest >= 0 && highest < count && total == shape.count
    }

    /// The places in the input's memory, in the result's order.
    public var places: [Int] {
      var places = [offset]
      places.reserveCapacity(shape.count)
      for axis in axes {
        places = places.flatMap { start in (0..<axis.size).map { start + $0 * axis.stride } }
      }
      return places
    }
  }

  /// Another number of rows and columns, by repetition or by interpolation.
  public struct Resize: Hashable, Sendable {
    /// Whether the two nearest rows and columns are mixed; otherwise the one at or above, or to the left, is taken.
    public var isLinear: Bool
    /// Where rows of the result lie.
    public var rows: Sampling
    /// Where columns of the result lie.
    public var columns: Sampling

    /// `rows` down, `columns` across.
    public init(isLinear: Bool, rows: Sampling, columns: Sampling) {
      self.isLinear = isLinear
      self.rows = rows
      self.columns = columns
    }
  }

  /// Places along one axis at equal distances, in units of 2^-32 of a pixel: place `i` is `start + i * step`, at least
  /// 0 and at most that of the last pixel. Whole numbers, so that each place is the same on every machine.
  public struct Sampling: Hashable, Sendable {
    /// How many.
    public var count: Int
    /// The first place.
    public var start: Int
    /// From one place to the next.
    public var step: Int

    /// `start` and `step` in units of 2^-32 of a pixel.
    public init(count: Int, start: Int, step: Int) {
      self.count = count
      self.start = start
      self.step = step
    }

    /// One pixel.
    public static let pixel = 1 << 32

    /// Whether no place can overflow: 2^16 * 2^44 + 2^45 < 2^61.
    var isSound: Bool {
      (1...1 << 16).contains(count) && (0...1 << 44).contains(step) && start.magnitude <= 1 << 45
    }

    /// A pixel, and the share that its right or lower neighbour has, in units of 2^-32. At the edge the share is 0.
    ///
    /// - Parameter size: pixels along the axis.
    public func place(_ index: Int, of size: Int) -> (pixel: Int, share: Int) {
      let place = min(max(start + index * step, 0), (size - 1) * Self.pixel)
      return (place >> 32, place & (Self.pixel - 1))
    }

    /// The same with the share in 2048ths, to nearest, halves up; 2048 becomes the next pixel's 0. What int8 computes
    /// with, equation (B).
    public func coarsePlace(_ index: Int, of size: Int) -> (pixel: Int, share: Int) {
      let (pixel, share) = place(index, of: size)
      let rounded = (share + 1 << 20) >> 21
      return (pixel + rounded >> 11, rounded & 2047)
    }
  }
}
