import Imaging
import Models

/// The parts of a photo that a detector looks at, so that faces of all sizes come out as large as it knows them.
///
/// The first window is the whole photo. Windows of the following levels are half as large each time, until the smallest
/// wanted face comes out clearly, or a pixel of the photo is one of the input: what is not in the photo, enlarging does
/// not add. Windows of one level overlap by more than the smallest face that the level before shows clearly, so that
/// one of them shows each face whole that is too small there. Larger faces are taken from them where no edge cuts them:
/// what is looked at at two sizes is missed less often.
public enum PhotoWindows {
  /// Smaller faces than this are looked for only where asked: the side in pixels.
  public static let defaultSmallest = 20
  /// Windows of one photo, at most: a bound for the time that enormous photos take.
  package static let most = 2000
  /// How far windows of a level after the first overlap, over the clear side: more than the octave to the level before,
  /// so that no size falls between them.
  private static let overlap: Float = 2.5
  /// The largest side taken from such a level, over the clear one. With 2.5 the detector that comes along finds 1 %
  /// fewer of the faces of 40 pixels and more in web photos, with 9 as many.
  private static let reach: Float = 6

  /// The side, in pixels of the input, from which on a detector finds faces nearly always: of the smallest ones that it
  /// was trained on it misses many.
  private static func clear(_ detection: Detection) -> Float {
    let least = Float(detection.sides.lowerBound)
    return max(least, min(2 * least, 24))
  }

  struct Window: Equatable {
    /// In pixels of the photo.
    var region: PixelRegion
    /// The largest side taken from it.
    var largest: Float
    /// The largest side that windows beside it show whole where this one does not.
    var shared: Float
    /// Whether the photo goes on beyond each edge.
    var left, top, right, bottom: Bool

    /// Whether a box found in it counts: it is not too large, and no edge within the photo cuts it. Where no other
    /// window need show the face whole, one that ends at the edge may be a part.
    func accepts(_ box: FaceBox) -> Bool {
      let slack = (box.height <= shared ? 0.1 : -0.05) * box.height
      return box.height <= largest
        && (!left || box.x >= Float(region.x) - slack) && (!top || box.y >= Float(region.y) - slack)
        && (!right || box.x + box.width <= Float(region.x + region.width) + slack)
        && (!bottom || box.y + box.height <= Float(region.y + region.height) + slack)
    }
  }

  /// - Parameters:
  ///   - whole: the region of the first window.
  ///   - rule: how the detector's input is made.
  ///   - smallest: the side of the smallest wanted faces, in pixels of the photo.
  static func of(
    width: Int, height: Int, whole: PixelRegion, _ detection: Detection, _ rule: Preprocessing, _ smallest: Int
  ) -> [Window] {
    var windows = [
      Window(region: whole, largest: .infinity, shared: .infinity, left: false, top: false, right: false, bottom: false)
    ]
    let clear = clear(detection)
    let finest = max(1, Float(smallest) / clear)
    // Pixels of the photo to one of the input.
    var factor = Float(whole.width) / Float(rule.width)
    while factor > finest {
      factor = max(factor / 2, finest)
      let shared = Int(overlap * clear * factor)
      let across = steps(Int((Float(rule.width) * factor).rounded(.up)), of: width, overlap: shared)
      let down = steps(Int((Float(rule.height) * factor).rounded(.up)), of: height, overlap: shared)
      guard windows.count + across.starts.count * down.starts.count <= most else { break }
      for y in down.starts {
        for x in across.starts {
          windows.append(
            Window(
              region: PixelRegion(x: x, y: y, width: across.extent, height: down.extent),
              largest: reach * clear * factor, shared: Float(shared), left: x > 0,
              top: y > 0, right: x + across.extent < width, bottom: y + down.extent < height))
        }
      }
    }
    return windows
  }

  /// Where windows of `extent` begin that cover `limit` evenly; one, centred, where it is larger.
  private static func steps(_ extent: Int, of limit: Int, overlap: Int) -> (extent: Int, starts: [Int]) {
    guard extent < limit else { return (extent, [-((extent - limit + 1) / 2)]) }
    let step = max(1, extent - overlap)
    let gaps = (limit - extent + step - 1) / step
    return (extent, (0...gaps).map { (limit - extent) * $0 / gaps })
  }
}
