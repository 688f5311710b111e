import Foundation
import Imaging
import TestSupport
import Testing

/// What a command reads, and what others made, is never replaced.
@Suite struct OutputPlanTests {
  private let folder: TemporaryFolder
  private let float: String
  private let int8: String

  init() throws {
    folder = try TemporaryFolder()
    (float, int8) = try folder.writeSmallModels()
    try folder.writeSmallPictures()
    try folder.write(Array("file,x,y,w,h\n".utf8), as: "boxes.csv")
    try folder.write(Array("conv 4\nrelu\nmean\nlogits\n".utf8), as: "own.txt")
    try folder.write(Array("a letter".utf8), as: "letter")
    #expect(link(folder.path("photos/sad/3.png"), folder.path("hard.png")) == 0)
    #expect(symlink("photos/happy/3.png", folder.path("soft.png")) == 0)
    #expect(symlink("photos", folder.path("linked")) == 0)
    #expect(symlink(float, folder.path("other-name")) == 0)
  }

  /// All files with their bytes, and links with what they lead to.
  private func everything() throws -> [String: Data] {
    var all: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path("")) {
      let path = folder.path(name)
      all[name] =
        (try? FileManager.default.destinationOfSymbolicLink(atPath: path)).map { Data($0.utf8) }
        ?? FileManager.default.contents(atPath: path) ?? Data()
    }
    return all
  }

  /// `*` at the beginning of an argument stands for the test's folder.
  private func run(_ line: String, _ more: [String] = []) throws -> GlintProgram.Result {
    let arguments = line.split(separator: " ").map { $0.hasPrefix("*") ? folder.path(String($0.dropFirst())) : "\($0)" }
    return try GlintProgram.run(arguments + more)
  }

  @Test(arguments: [
    ("train *photos -o *photos/happy/1.png", "the data"), ("train *photos -o *hard.png", "the data"),
    ("train *photos -o *soft.png", "the data"), ("train *linked -o *photos/happy/1.png", "the data"),
    ("train *photos -o *own.txt --network *own.txt", "--network"),
    ("train *photos -o *m --report *photos/sad/1.png", "the data"),
    ("train *photos -o *m --boxes *boxes.csv --report *boxes.csv", "--boxes"),
    ("train *photos --show-augmentation *photos/sad/1.png", "the data"),
    ("train *photos --show-augmentation *photos/sad/new.png", "the data"),
    ("train *photos --prepare *hard.png", "the data"),
    ("train *photos -o *m --report *m", "-o and --report"), ("train *photos -o *m --report *./m", "-o and --report"),
    ("train *photos -o *m --report *linked/../m", "-o and --report"),
    ("train *photos -o *m --report *m.checkpoint", "the checkpoint and --report"),
    ("quantize *float.safetensors --calibration *photos -o *float.safetensors", "the model"),
    ("quantize *float.safetensors --calibration *photos -o *other-name", "the model"),
    ("quantize *float.safetensors --calibration *photos -o *hard.png", "the calibration images"),
    ("quantize *float.safetensors --calibration *photos -o *q --write-record *float.safetensors", "the model"),
    ("quantize *float.safetensors --calibration *photos -o *q --write-record *q", "-o and --write-record"),
    ("quantize *float.safetensors --record *letter -o *letter", "--record"),
    ("quantize *float.safetensors --record *letter -o *q --write-record *letter", "--record"),
    ("compare *float.safetensors *int8.safetensors --data *photos --report *int8.safetensors", "a model"),
    ("compare *float.safetensors *int8.safetensors --data *photos --report *soft.png", "the data"),
    ("inspect *int8.safetensors --image *soft.png --values *int8.safetensors", "the model"),
    ("inspect *int8.safetensors --image *soft.png --values *photos/happy/3.png", "the image"),
    ("import *soft.png --labels *letter -o *letter", "--labels"), ("import *letter -o *letter", "the network"),
    ("run *float.safetensors --input *letter --output *letter", "--input"),
    ("run *float.safetensors --input *letter --output *other-name", "the model"),
    ("verify *int8.safetensors --save *int8.safetensors", "the model"),
    ("doctor *photos --report *photos/happy/3.png", "the data"),
    ("classify *int8.safetensors *photos --draw *photos", "the pictures"),
    ("detector train --scenes *photos -o *photos/happy/3.png", "the scenes"),
    ("detector train --scenes *photos --show-pictures *hard.png", "the scenes"),
    ("detector train --scenes *photos --photos *photos=*boxes.csv -o *boxes.csv", "a table of boxes"),
    ("detector evaluate *int8.safetensors --scenes *photos --show-finds *int8.safetensors", "a model"),
    ("detector evaluate *int8.safetensors --scenes *photos --show-finds *s --show-false *s", "--show-finds and"),
  ]) func inputsStay(_ line: String, naming role: String) throws {
    let before = try everything()
    // In one word, as FOLDER=TABLE.
    let line = line.replacingOccurrences(of: "=*", with: "=" + folder.path(""))
    let result = try run(line, line.hasPrefix("inspect") ? [] : ["--force"])
    #expect(result.status == 1 && result.errors.contains(role), "\(result.errors)")
    #expect(result.errors.contains("name another") || result.errors.contains("one of its own"), "\(result.errors)")
    #expect(try everything() == before)
  }

  /// Copies of JPEG files would have the pictures' own names.
  @Test func drawnCopiesDoNotReplacePictures() throws {
    for name in ["a", "b"] {
      let image = Image(width: 30, height: 30, channels: 3, filledWith: 90)
      try folder.write(ImageEncoder.jpeg(image, quality: 90), as: "jpegs/\(name).jpg")
    }
    let before = try everything()
    for line in [
      "classify *int8.safetensors *jpegs/a.jpg --draw *jpegs", "classify *int8.safetensors *jpegs --draw *jpegs",
      "classify *int8.safetensors *jpegs/b.jpg --draw *jpegs --force",
    ] {
      let result = try run(line)
      #expect(result.status == 1 && result.errors.contains("the pictures"), "\(result.errors)")
    }
    #expect(try everything() == before)
    // A second run replaces its own copies, and not what somebody put in their place.
    for _ in 0..<2 { #expect(try run("classify *int8.safetensors *jpegs --draw *drawn").status == 0) }
    try FileManager.default.removeItem(atPath: folder.path("drawn/a.jpg"))
    try FileManager.default.copyItem(atPath: folder.path("jpegs/b.jpg"), toPath: folder.path("drawn/a.jpg"))
    let refused = try run("classify *int8.safetensors *jpegs --draw *drawn")
    #expect(refused.status == 1 && refused.errors.contains("--force"), "\(refused.errors)")
    #expect(try run("classify *int8.safetensors *jpegs --draw *drawn --force").status == 0)
  }

  /// Each kind is replaced by its own kind without a question, and otherwise with `--force` alone.
  @Test(arguments: [
    "train *photos --size 24 --epochs 1 --quiet -o *x", "train *photos --size 24 --show-augmentation *x",
    "train *photos --size 24 --prepare *x", "train *photos --size 24 --epochs 1 --quiet -o *m --report *x",
    "quantize *float.safetensors --calibration *photos --method mse --quiet -o *x",
    "quantize *float.safetensors --calibration *photos --method mse --quiet -o *q --write-record *x",
    "compare *float.safetensors *int8.safetensors --data *photos --part all --quiet --report *x",
    "inspect *int8.safetensors --image *soft.png --values *x", "verify --images 1 --threads 1 --save *x",
    "doctor *photos --quiet --report *x", "bench --training --batch 1 --runs 1 --record *x",
    "train *photos --size 24 --show-augmentation *x.png",
  ]) func filesOfOthersStay(_ line: String) throws {
    let name = line.hasSuffix(".png") ? "x.png" : "x", path = folder.path(name)
    for other in ["letter", "other-name", "soft.png"] {
      // A model is no report, but a float model is replaced by a float model.
      if other == "other-name", line.hasPrefix("train"), line.hasSuffix("-o *x") { continue }
      let old = try #require(FileManager.default.contents(atPath: folder.path(other)))
      try folder.write([UInt8](old), as: name)
      let refused = try run(line)
      #expect(refused.status == 1 && refused.errors.contains("--force"), "\(other): \(refused.errors)")
      #expect(FileManager.default.contents(atPath: path) == old)
    }
    let forced = try run(line, ["--force"])
    #expect(!forced.errors.contains("is there already"), "\(forced.errors)")
    let first = try #require(FileManager.default.contents(atPath: path))
    #expect(first != FileManager.default.contents(atPath: folder.path("soft.png")), "\(forced.errors)")
    let again = try run(line)
    #expect(!again.errors.contains("is there already"), "\(again.errors)")
    // An empty file, as mktemp makes it, keeps nothing.
    try folder.write([], as: name)
    _ = try run(line)
    #expect(try #require(FileManager.default.contents(atPath: path)).count > 0)
  }

  @Test func drawnPicturesAreWholePictures() throws {
    for name in ["s.png", "s.jpg"] {
      #expect(try run("train *photos --size 24 --show-augmentation *\(name)").status == 0)
      #expect(try ImageDecoder.decode(path: folder.path(name)).width == 12 * 99 + 3)
    }
  }

  /// What is printed and a file of the same name would write over each other.
  @Test func redirectedOutputIsAnOutput() throws {
    for stream in ["1", "2"] {
      let page = folder.path("page\(stream)")
      let result = try GlintProgram.shell(
        """
        glint compare '\(float)' '\(int8)' --data '\(folder.path("photos"))' --report '\(page)' --quiet \
        \(stream)> '\(page)'; echo "status $?" >&\(stream == "1" ? "2" : "1")
        """)
      #expect((result.output + result.errors).contains("status 1"), "\(result)")
    }
    // Devices are no files: several may write to them.
    let null = try run("train *photos --size 24 --epochs 1 --quiet -o /dev/null --report /dev/null")
    #expect(null.status == 0, "\(null.errors)")
  }
}
