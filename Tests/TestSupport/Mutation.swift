import Numerics

/// Bytes with a few places changed, cut short, or with a run repeated: what a bad disk or a bad program leaves.
public func mutated(_ bytes: [UInt8], _ random: inout CounterRandom) -> [UInt8] {
  var result = bytes
  for _ in 0...random.below(4) where !result.isEmpty {
    let place = random.below(result.count)
    switch random.below(6) {
    case 0: result[place] ^= 1 << UInt8(random.below(8))
    case 1: result[place] = [0, 1, 0x7F, 0x80, 0xFF][random.below(5)]
    case 2: result[place] = UInt8(truncatingIfNeeded: random.next())
    case 3: result.removeSubrange(place..<min(result.count, place + 1 + random.below(8)))
    case 4: result.insert(contentsOf: result[place..<min(result.count, place + 1 + random.below(16))], at: place)
    default: if random.below(4) == 0 { result.removeSubrange(place...) }
    }
  }
  return result
}
