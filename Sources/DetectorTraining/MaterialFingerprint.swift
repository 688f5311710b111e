import Faces
import Files
import Imaging

extension DetectionMaterial {
  /// SHA-256 over all pixels and boxes in order: the same for the same material.
  var fingerprint: String {
    var hash = SHA256()
    func add(_ image: Image) {
      Array("\(image.width) \(image.height) \(image.channels)\n".utf8).withUnsafeBytes { hash.update($0) }
      image.pixels.withUnsafeBytes { hash.update($0) }
    }
    for photo in photos + crops {
      add(photo.image)
      let faces = photo.faces.map { "\($0.x) \($0.y) \($0.width) \($0.height)" }.joined(separator: ", ")
      Array("\(faces) \(photo.isComplete)\n".utf8).withUnsafeBytes { hash.update($0) }
    }
    Array("\(photos.count) photos, scenes:\n".utf8).withUnsafeBytes { hash.update($0) }
    for scene in scenes { add(scene) }
    for photo in wild {
      add(photo.image)
      for face in photo.annotations {
        let (box, square) = (face.box, face.square)
        Array(
          """
          \(box.x) \(box.y) \(box.width) \(box.height) \(face.isIgnored) \(face.mask) \(square.x) \(square.y) \
          \(square.width)

          """.utf8
        ).withUnsafeBytes { hash.update($0) }
      }
    }
    return hash.finishHex()
  }
}
