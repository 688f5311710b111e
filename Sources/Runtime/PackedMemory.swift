import CInt8Kernels

/// Aligned memory that lives as long as its owner: packed weights, tables, descriptions of operations, the arena.
final class PackedMemory {
  private var blocks: [UnsafeMutableRawPointer] = []
  /// Bytes handed out.
  private(set) var bytes = 0

  deinit {
    for block in blocks { block.deallocate() }
  }

  /// Memory for `count` elements, 64-byte aligned, its content undefined.
  func allocate<Element>(_ type: Element.Type, _ count: Int) -> UnsafeMutablePointer<Element> {
    var size = max(1, count) * MemoryLayout<Element>.stride
    let isLarge = size >= CK_LARGE_PAGE
    // A page that is not covered to its end would be made of small ones, each with a fault of its own.
    let rest = size % Int(CK_LARGE_PAGE)
    if isLarge, rest > Int(CK_LARGE_PAGE) / 2 { size += Int(CK_LARGE_PAGE) - rest }
    let block = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: isLarge ? Int(CK_LARGE_PAGE) : 64)
    if isLarge { ck_prefer_large_pages(block, size) }
    blocks.append(block)
    bytes += max(1, count) * MemoryLayout<Element>.stride
    return block.bindMemory(to: Element.self, capacity: max(1, count))
  }

  /// A copy of an array, followed by zeros up to `capacity` elements.
  func copy<Element: ExpressibleByIntegerLiteral>(
    _ elements: [Element], capacity: Int? = nil
  ) -> UnsafeMutablePointer<Element> {
    let capacity = max(elements.count, capacity ?? 0)
    let result = allocate(Element.self, capacity)
    for (index, element) in elements.enumerated() { (result + index).initialize(to: element) }
    (result + elements.count).initialize(repeating: 0, count: capacity - elements.count)
    return result
  }

  /// One value at a fixed address.
  func keep<Value>(_ value: Value) -> UnsafeMutablePointer<Value> {
    let result = allocate(Value.self, 1)
    result.initialize(to: value)
    return result
  }
}
