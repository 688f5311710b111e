import Imaging

/// Where a picture's pixel is on the head.
///
/// The head is an egg: an ellipsoid seen from far away, wider or narrower at the jaw, turned by yaw and pitch about
/// its centre and tilted in the picture plane. Units are half head widths; x runs to the right, y down, z to the eye.
struct HeadGeometry {
  let centreX: Float
  let centreY: Float
  /// Half the head's width in pixels.
  let radius: Float
  /// The width of a pixel in head units.
  let pixel: Float
  let aspect: Float
  let rollSin: Float
  let rollCos: Float
  let yawSin: Float
  let yawCos: Float
  let pitchSin: Float
  let pitchCos: Float
  let jaw: Float
  let jawDrop: Float
  let cheek: Float

  init(_ parameters: FaceParameters, width: Int, height: Int) {
    let pose = parameters.pose
    centreX = pose.x * Float(width)
    centreY = pose.y * Float(height)
    radius = pose.scale * Float(height)
    pixel = 1 / radius
    aspect = parameters.person.aspect
    rollSin = pose.roll
    rollCos = (1 - pose.roll * pose.roll).squareRoot()
    yawSin = pose.yaw
    yawCos = (1 - pose.yaw * pose.yaw).squareRoot()
    pitchSin = pose.pitch
    pitchCos = (1 - pose.pitch * pose.pitch).squareRoot()
    jaw = 0.10 + 0.09 * parameters.person.jaw
    jawDrop = 0.11 * parameters.expression.mouthOpen
    cheek = 0.035 * parameters.expression.cheekRaise
  }

  /// Head units of a pixel, tilt undone.
  @inline(__always) func local(_ pixelX: Float, _ pixelY: Float) -> SIMD2<Float> {
    let x = (pixelX - centreX) * pixel
    let y = (pixelY - centreY) * pixel
    return SIMD2(x * rollCos + y * rollSin, y * rollCos - x * rollSin)
  }

  /// The unit sphere's disc, over which the head's outline is stretched, at a local position.
  @inline(__always) func disc(_ x: Float, _ y: Float) -> SIMD2<Float> {
    var down = y
    if down > 0.35 { down = 0.35 + (down - 0.35) * (aspect - 0.35) / (aspect + jawDrop - 0.35) }
    let t = unitClamp((down - 0.05) / (aspect - 0.05))
    let c = (down - 0.42) / 0.5
    // A skull is rounder at the top than an ellipse.
    let up = unitClamp(-down / aspect)
    let width = 1 + jaw * 4 * t * (1 - t) + cheek * hill(c * c) + 0.30 * up * up * (1 - up)
    return SIMD2(x / width, down / aspect)
  }

  /// Signed distance of a disc position to the outline, in head units.
  @inline(__always) func outline(_ disc: SIMD2<Float>) -> Float {
    let squared = disc.x * disc.x + disc.y * disc.y
    if squared < 0.25 { return -0.5 }
    if squared > 1.6 { return 0.25 }
    let length = squared.squareRoot()
    let v = disc.y / aspect
    return (length - 1) * length / (disc.x * disc.x + v * v).squareRoot()
  }

  /// A point of the unit sphere as seen, turned back into the head's own directions.
  @inline(__always) func unturned(_ x: Float, _ y: Float, _ z: Float) -> SIMD3<Float> {
    let x1 = yawCos * x - yawSin * z
    let z1 = yawSin * x + yawCos * z
    return SIMD3(x1, pitchCos * y - pitchSin * z1, pitchSin * y + pitchCos * z1)
  }

  /// A point of the unit sphere in the head's own directions, as seen.
  @inline(__always) func turned(_ x: Float, _ y: Float, _ z: Float) -> SIMD3<Float> {
    let y1 = pitchCos * y + pitchSin * z
    let z1 = pitchCos * z - pitchSin * y
    return SIMD3(yawCos * x + yawSin * z1, y1, yawCos * z1 - yawSin * x)
  }

  /// The tight box around the face from hairline to chin.
  var faceBox: FaceBox {
    // The face is the ellipse between 0.72 of the upper half height and the chin.
    let top = -0.72 * aspect
    let bottom = aspect + jawDrop
    let middle = (top + bottom) / 2
    let half = (bottom - top) / 2
    let x = centreX - rollSin * middle * radius
    let y = centreY + rollCos * middle * radius
    // Cheeks and jaw stand a little wider than the skull.
    let across = 1 + 0.3 * jaw + 0.7 * cheek
    let halfWidth = (rollCos * rollCos * across * across + rollSin * rollSin * half * half).squareRoot() * radius
    let halfHeight = (rollSin * rollSin + rollCos * rollCos * half * half).squareRoot() * radius
    return FaceBox(x: x - halfWidth, y: y - halfHeight, width: 2 * halfWidth, height: 2 * halfHeight)
  }

  /// The part of that box inside a picture of that size.
  func faceBox(width: Int, height: Int) -> (x: Float, y: Float, width: Float, height: Float) {
    let whole = faceBox
    let left = max(0, whole.x), up = max(0, whole.y)
    let right = min(Float(width), whole.x + whole.width), bottom = min(Float(height), whole.y + whole.height)
    return (left, up, max(0, right - left), max(0, bottom - up))
  }
}
