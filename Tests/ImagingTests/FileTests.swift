import Foundation
import Imaging
import TestSupport
import Testing

@Suite struct FileTests {
  @Test func contentDecidesNotTheName() throws {
    try withTemporaryFolder { folder in
      let picture = testPicture(20, 10)
      try write(ImageEncoder.png(picture), to: folder + "/really-png.JPG")
      #expect(try ImageDecoder.decode(path: folder + "/really-png.JPG") == picture)
      try write(Array("Dear diary".utf8), to: folder + "/text.jpg")
      #expect(throws: ImageError(file: folder + "/text.jpg", cause: .notAPicture(nil))) {
        try ImageDecoder.decode(path: folder + "/text.jpg")
      }
    }
  }

  /// A writer who comes a little after the reader, and then takes its time.
  @Test func writersOfPipesAreWaitedFor() throws {
    try withTemporaryFolder { folder in
      let picture = testPicture(20, 10)
      try write(ImageEncoder.png(picture), to: folder + "/whole.png")
      let pipe = folder + "/pipe"
      #expect(mkfifo(pipe, 0o600) == 0)
      let shell = Process()
      shell.executableURL = URL(fileURLWithPath: "/bin/sh")
      let line = "sleep 0.3; { head -c 9 whole.png; sleep 0.3; tail -c +10 whole.png; } > pipe"
      shell.arguments = ["-c", "cd '\(folder)' && \(line)"]
      try shell.start()
      #expect(try ImageDecoder.decode(path: pipe) == picture)
      shell.waitForEnd(seconds: 60)
    }
  }

  @Test func errorsNameTheFileAndTheCause() throws {
    try withTemporaryFolder { folder in
      let missing = folder + "/none.jpg"
      #expect(throws: ImageError(file: missing, cause: .unreadable("No such file or directory"))) {
        try ImageDecoder.decode(path: missing)
      }
      #expect(throws: ImageError(file: folder, cause: .unreadable("it is a folder"))) {
        try ImageDecoder.decode(path: folder)
      }
      try write([], to: folder + "/nothing.png")
      #expect(throws: ImageError(file: folder + "/nothing.png", cause: .empty)) {
        try ImageDecoder.decode(path: folder + "/nothing.png")
      }
    }
    #expect(ImageError(file: "a.jpg", cause: .truncated).description == "a.jpg: the picture is cut short")
  }

  @Test func namesOfPictures() {
    for name in ["a.jpg", "a.JPG", "b.JPEG", "c.Png", "x/y.z/d.jpeg", "e.jfif", "f.JPE"] {
      #expect(ImageFiles.isImageName(name), "\(name)")
    }
    for name in ["a.gif", "jpg", "a.jpg.txt", "._a.jpg", ".jpg", "x.jpg/readme", ""] {
      #expect(!ImageFiles.isImageName(name), "\(name)")
    }
  }

  @Test func listsAreRecursiveAndSorted() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(atPath: folder + "/b/deep", withIntermediateDirectories: true)
      try FileManager.default.createDirectory(atPath: folder + "/.hidden", withIntermediateDirectories: true)
      for name in ["b.jpg", "a.PNG", "B.jpeg", "b/1.jpg", "b/deep/2.jpg", ".x.jpg", ".hidden/3.jpg", "notes.txt"] {
        try write([1], to: folder + "/" + name)
      }
      let expected = ["B.jpeg", "a.PNG", "b.jpg", "b/1.jpg", "b/deep/2.jpg"].map { folder + "/" + $0 }
      #expect(try ImageFiles.list(folder) == expected)
      #expect(try ImageFiles.list(folder + "/") == expected)
      #expect(throws: ImageError(file: folder + "/no", cause: .unreadable("no such folder"))) {
        try ImageFiles.list(folder + "/no")
      }
      let what = "it is a file of no known kind, not a folder of pictures"
      #expect(throws: ImageError(file: folder + "/a.PNG", cause: .unreadable(what))) {
        try ImageFiles.list(folder + "/a.PNG")
      }
      try write(Array("RIFF1234AVI LIST".utf8), to: folder + "/film.avi")
      guard case .unreadable(let words) = caught(ImageError.self, { try ImageFiles.list(folder + "/film.avi") })?.cause
      else { throw Unexpected(nil) }
      #expect(words.contains("an AVI video, not a folder") && words.contains("ffmpeg"))
    }
  }
}
