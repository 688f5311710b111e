import Imaging
import Threads

/// A picture composed of photos and scenes, as the detector's training sees it.
public struct ComposedPicture: Sendable {
  /// Grey.
  public let image: Image
  /// Faces that shall be found.
  public let faces: [FaceBox]
  /// Where it does not matter what is found.
  public let ignored: [FaceBox]

  /// Composes pictures of a material: the same for the same seed.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - material: photos and scenes.
  ///   - width, height: their size.
  ///   - sides: the sides of faces, in pixels.
  ///   - seed: of all of them.
  ///   - threads: threads to compose with.
  public static func examples(
    _ count: Int, of material: DetectionMaterial, width: Int, height: Int, sides: ClosedRange<Int>, seed: UInt64,
    threads: Int
  ) -> [ComposedPicture] {
    let made = Locked([ComposedPicture?](repeating: nil, count: count))
    ThreadPool(threads: threads).run(count, inBlocksOf: max(1, (count + threads - 1) / threads)) { block in
      let composer = SceneComposer(material, width: width, height: height, sides: sides)
      for number in block {
        var pixels = [UInt8](repeating: 0, count: width * height)
        let contents = pixels.withUnsafeMutableBufferPointer {
          composer.compose(seed: seed, number: number, hard: [], into: $0.baseAddress!)
        }
        let image = Image(width: width, height: height, channels: 1, pixels: pixels)
        made.withLock { $0[number] = ComposedPicture(image: image, faces: contents.faces, ignored: contents.ignored) }
      }
    }
    return made.value.compactMap { $0 }
  }
}
