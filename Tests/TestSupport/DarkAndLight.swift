import Imaging
import Numerics

extension TemporaryFolder {
  /// Writes grey noise in two classes, `data/dark` and `data/light`, as PNG files; the second is brighter by `light`.
  public func writeDarkAndLight(side: Int, light: Int, count: Int) throws {
    for (label, name) in ["dark", "light"].enumerated() {
      for index in 0..<count {
        var random = CounterRandom(seed: UInt64(label), stream: UInt64(index))
        let pixels = (0..<side * side).map { _ in UInt8(random.below(150) + label * light) }
        let image = Image(width: side, height: side, channels: 1, pixels: pixels)
        try write(ImageEncoder.png(image), as: "data/\(name)/\(index).png")
      }
    }
  }
}
