import Datasets
import Evaluation
import Files
import Imaging
import Models
import Reports
import Runtime

/// What was compared on what, so that it can be done again.
enum ComparisonRecipe {
  /// - Parameters:
  ///   - models: their files.
  ///   - pictures: which they are, in words.
  ///   - account: what became of every file; nil where no folder was read.
  static func facts(
    models: [String], pictures: String, images: [LabelledImage], labels: [String], account: ReadingAccount?,
    threads: Int
  ) -> [Fact] {
    var facts = models.map { path in
      let file = try? MappedFile(path: path)
      let hash = withExtendedLifetime(file) { file.map { SHA256.hex($0.bytes) } ?? "" }
      return Fact("model", "\(path), SHA-256 \(hash)")
    }
    facts.append(Fact("pictures", pictures))
    let counts = labels.indices.map { label in "\(images.count { $0.label == label }) \(labels[label])" }
    facts.append(Fact("pictures by class", counts.joined(separator: ", ")))
    if let account, !account.leftOut.isEmpty {
      facts.append(Fact("files left out", "\(account.leftOut.count), which 'glint doctor' names"))
    }
    // In an order that does not depend on folders.
    let hashes = images.map { image in "\(labels[image.label]) \(image.pixels.withUnsafeBytes { SHA256.hex($0) })" }
    let all = Array(hashes.sorted().joined(separator: "\n").utf8).withUnsafeBytes { SHA256.hex($0) }
    facts.append(Fact("SHA-256 of pictures and classes", all))
    facts.append(Fact("engine", "Glint \(GlintVersion.current), \(KernelTable.detected.isa.name), \(threads) threads"))
    return facts
  }
}
