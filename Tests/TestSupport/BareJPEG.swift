/// A JPEG without its Huffman tables, as many cameras' MJPEG has it.
package func withoutHuffmanTables(_ whole: [UInt8]) -> [UInt8] {
  var bare = Array(whole.prefix(2)), place = 2
  // Segments with a length, up to the scan; the tables are left out.
  while place + 4 <= whole.count, whole[place + 1] != 0xDA {
    let length = 2 + Int(whole[place + 2]) << 8 + Int(whole[place + 3])
    if whole[place + 1] != 0xC4 { bare += whole[place..<place + length] }
    place += length
  }
  return bare + whole[place...]
}
