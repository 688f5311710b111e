extension RandomAccessCollection where Element: Comparable {
  /// The index of the largest element, the first of equals: which class a classifier names. Nil where there is none.
  public var indexOfLargest: Index? {
    indices.max { (self[$0], $1) < (self[$1], $0) }
  }
}
