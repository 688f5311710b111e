// The functions of glint.h, which documents them.
import CGlint
import Glibc
import Glint
import Models

nonisolated(unsafe) private let version: UnsafeMutablePointer<CChar>? = strdup(GlintVersion.current)

/// `glint_version` of glint.h.
@_cdecl("glint_version")
public func glintVersion() -> UnsafePointer<CChar>? { UnsafePointer(version) }

/// `glint_open` of glint.h.
@_cdecl("glint_open")
public func glintOpen(
  _ model: UnsafePointer<CChar>?, _ detector: UnsafePointer<CChar>?, _ threads: CInt,
  _ error: UnsafeMutablePointer<CChar>?, _ errorSize: Int
) -> OpaquePointer? {
  func refuse(_ reason: String) {
    guard let error, errorSize > 0 else { return }
    strncpy(error, reason, errorSize - 1)
    error[errorSize - 1] = 0
  }
  guard let model else {
    refuse("no model was named: the path is NULL")
    return nil
  }
  do throws(LabellerError) {
    let labeller = try Labeller(
      model: String(cString: model), detector: detector.map { String(cString: $0) }, threads: Int(threads),
      trust: getenv("GLINT_TRUST").map { String(cString: $0) } == "1")
    refuse("")
    return OpaquePointer(Unmanaged.passRetained(Handle(labeller)).toOpaque())
  } catch {
    refuse(error.description)
    return nil
  }
}

/// `glint_close` of glint.h.
@_cdecl("glint_close")
public func glintClose(_ handle: OpaquePointer?) {
  guard let handle else { return }
  Unmanaged<Handle>.fromOpaque(UnsafeRawPointer(handle)).release()
}

/// `glint_label_count` of glint.h.
@_cdecl("glint_label_count")
public func glintLabelCount(_ handle: OpaquePointer?) -> CInt { CInt(Handle.from(handle)?.labels.count ?? 0) }

/// `glint_label` of glint.h.
@_cdecl("glint_label")
public func glintLabel(_ handle: OpaquePointer?, _ index: CInt) -> UnsafePointer<CChar>? {
  guard let handle = Handle.from(handle), handle.labels.indices.contains(Int(index)) else { return nil }
  return UnsafePointer(handle.labels[Int(index)])
}

/// `glint_error` of glint.h.
@_cdecl("glint_error")
public func glintError(_ handle: OpaquePointer?) -> UnsafePointer<CChar>? {
  Handle.from(handle).map { UnsafePointer($0.error) }
}

/// `glint_classify_rgb` of glint.h.
@_cdecl("glint_classify_rgb")
public func glintClassifyRGB(
  _ handle: OpaquePointer?, _ pixels: UnsafePointer<UInt8>?, _ width: CInt, _ height: CInt, _ stride: Int,
  _ probabilities: UnsafeMutablePointer<Float>?
) -> CInt {
  Handle.call(handle) { handle throws(LabellerError) in
    give(try handle.labeller.classify(try copied(pixels, width, height, stride)), probabilities)
  }
}

/// `glint_classify_file` of glint.h.
@_cdecl("glint_classify_file")
public func glintClassifyFile(
  _ handle: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ probabilities: UnsafeMutablePointer<Float>?
) -> CInt {
  Handle.call(handle) { handle throws(LabellerError) in
    guard let path else { throw LabellerError("no picture was named: the path is NULL") }
    return give(try handle.labeller.classify(imageAt: String(cString: path)), probabilities)
  }
}

/// `glint_find_faces` of glint.h.
@_cdecl("glint_find_faces")
public func glintFindFaces(
  _ handle: OpaquePointer?, _ pixels: UnsafePointer<UInt8>?, _ width: CInt, _ height: CInt, _ stride: Int,
  _ faces: UnsafeMutablePointer<glint_face>?, _ capacity: CInt
) -> CInt {
  Handle.call(handle) { handle throws(LabellerError) in
    guard capacity >= 0, faces != nil || capacity == 0 else {
      throw LabellerError("room for \(capacity) faces\(faces == nil ? " at NULL" : "")")
    }
    let found = try handle.labeller.faces(in: try copied(pixels, width, height, stride))
    for (index, face) in found.prefix(Int(capacity)).enumerated() {
      let box = face.box
      faces![index] = glint_face(
        x: box.x, y: box.y, width: box.width, height: box.height, certainty: face.certainty)
    }
    return CInt(found.count)
  }
}

private func give(_ picture: LabelledPicture, _ probabilities: UnsafeMutablePointer<Float>?) -> CInt {
  if let probabilities { for (index, value) in picture.probabilities.enumerated() { probabilities[index] = value } }
  return picture.index.map { CInt($0) } ?? CInt(GLINT_UNSURE)
}

/// The pixels as Swift's own, after their extents were checked: nothing is read beyond the last row's last pixel.
private func copied(
  _ pixels: UnsafePointer<UInt8>?, _ width: CInt, _ height: CInt, _ stride: Int
) throws(LabellerError) -> RGBPixels {
  guard let pixels else { throw LabellerError("no pixels were given: the pointer is NULL") }
  let count = try RGBPixels.byteCount(width: Int(width), height: Int(height), stride: stride)
  guard stride <= 1 << 30 else { throw LabellerError("rows \(stride) bytes apart: at most 2^30 are read") }
  return RGBPixels(
    Array(UnsafeBufferPointer(start: pixels, count: count)), width: Int(width), height: Int(height), stride: stride)
}
