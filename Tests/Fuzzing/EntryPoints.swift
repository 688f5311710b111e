import Foundation
import Numerics
import TestSupport

// What libFuzzer calls. `tools/fuzz` links this with it; in other builds nothing calls these functions.

/// libFuzzer's own changes; the number of bytes afterwards.
@_silgen_name("LLVMFuzzerMutate")
private func mutate(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ room: Int) -> Int

/// The target, by the environment variable that `tools/fuzz` sets.
private let target: FuzzTarget = {
  let name = ProcessInfo.processInfo.environment["GLINT_FUZZ_TARGET"] ?? ""
  guard let target = FuzzTarget(rawValue: name) else {
    let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
    fatalError("GLINT_FUZZ_TARGET names one of \(names), not '\(name)'")
  }
  return target
}()

/// Writes the target's seeds, where the environment variable `GLINT_FUZZ_SEEDS` names a folder for them, and ends.
@_cdecl("LLVMFuzzerInitialize")
public func start(_ count: UnsafeMutablePointer<CInt>?, _ arguments: UnsafeMutableRawPointer?) -> CInt {
  guard let folder = ProcessInfo.processInfo.environment["GLINT_FUZZ_SEEDS"] else { return 0 }
  do {
    try FuzzSeeds.write(target, to: folder)
    exit(0)
  } catch { fatalError("no seeds of \(target): \(error)") }
}

/// Gives one input to the target.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  target.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
  return 0
}

/// Changes an input: files with checksums by their structure half of the time, and always with checksums put right.
@_cdecl("LLVMFuzzerCustomMutator")
public func change(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ room: Int, _ seed: UInt32) -> Int {
  guard target.hasChecksums else { return mutate(bytes, count, room) }
  var random = CounterRandom(seed: UInt64(seed))
  var changed: [UInt8]
  if random.chance(0.5), count > 8 {
    changed = CraftedModel.changed(Array(UnsafeBufferPointer(start: bytes, count: count)), by: &random)
  } else {
    let count = mutate(bytes, count, room)
    changed = CraftedModel.resealed(Array(UnsafeBufferPointer(start: bytes, count: count)))
  }
  guard changed.count <= room else { return count }
  for (index, byte) in changed.enumerated() { bytes[index] = byte }
  return changed.count
}
