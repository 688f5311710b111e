/// Where windows lie over a picture: the one arithmetic of shape inference, reference and float runtime.
extension Operator.Window {
  /// Rows and columns of windows that fit: `(size + padding - extent) / stride + 1`, where a window's extent is
  /// `(taps - 1) * dilation + 1`; nil where not even one fits.
  public func positions(height: Int, width: Int, dilation: Int = 1) -> (height: Int, width: Int)? {
    let rows = height + padding.top + padding.bottom - ((self.height - 1) * dilation + 1)
    let columns = width + padding.left + padding.right - ((self.width - 1) * dilation + 1)
    guard rows >= 0, columns >= 0 else { return nil }
    return (rows / stride + 1, columns / stride + 1)
  }

  /// Rows of a picture of `height` rows that the windows of an output row cover, padding left out; without dilation.
  public func rows(coveredBy row: Int, height: Int) -> Range<Int> {
    Self.covered(row * stride - padding.top, self.height, height)
  }

  /// Columns of a picture of `width` columns that the windows of an output column cover, likewise.
  public func columns(coveredBy column: Int, width: Int) -> Range<Int> {
    Self.covered(column * stride - padding.left, self.width, width)
  }

  private static func covered(_ start: Int, _ size: Int, _ limit: Int) -> Range<Int> {
    max(0, start)..<min(limit, start + size)
  }
}
