import Files
import Foundation
import Glibc
import Imaging
import Testing

/// Nothing in a folder vanishes: a picture, or left out with its reason.
@Suite struct ListingTests {
  private func look(_ folder: String) throws -> (pictures: [String], others: [String: ReadingAccount.LeftOut]) {
    let found = try ImageFiles.look(in: folder)
    func short(_ path: String) -> String { String(path.dropFirst(folder.count + 1)) }
    return (found.pictures.map(short), Dictionary(uniqueKeysWithValues: found.others.map { (short($0.file), $0) }))
  }

  @Test func contentTellsWhatNamesDoNot() throws {
    try withTemporaryFolder { folder in
      let jpeg = try ImageEncoder.jpeg(testPicture(9, 9), quality: 80)
      for name in ["a.jfif", "noending", "b.webp", "c.dat"] { try write(jpeg, to: folder + "/" + name) }
      try write(Array("RIFF1234WEBPVP8 ".utf8), to: folder + "/d.webp")
      try write(Array("RIFF1234AVI LIST".utf8), to: folder + "/e.avi")
      try write(Array("hello".utf8), to: folder + "/f.txt")
      try write([], to: folder + "/g")
      let (pictures, others) = try look(folder)
      #expect(pictures == ["a.jfif", "b.webp", "c.dat", "noending"])
      #expect(others.keys.sorted() == ["d.webp", "e.avi", "f.txt", "g"])
      #expect(others["d.webp"]?.cause == .otherFormat && others["e.avi"]?.cause == .otherFormat)
      #expect(others["f.txt"]?.cause == .notAPicture && others["g"]?.cause == .notAPicture)
    }
  }

  @Test func namesAreBytes() throws {
    try withTemporaryFolder { folder in
      let png = try ImageEncoder.png(testPicture(7, 5))
      let name: [CChar] = PathText.bytes(folder + "/caf\\xE9.png")
      let descriptor = open(name, O_WRONLY | O_CREAT, 0o644)
      #expect(png.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) } == png.count)
      close(descriptor)
      // The same text, but a backslash and letters.
      try write(png, to: folder + "/caf\\xE9.png")
      let found = try ImageFiles.look(in: folder).pictures
      #expect(found == [folder + "/caf\\x5CxE9.png", folder + "/caf\\xE9.png"])
      for path in found { #expect(try ImageDecoder.decode(path: path).width == 7) }
    }
  }

  @Test func linksPipesAndLoops() throws {
    try withTemporaryFolder { folder in
      try write(ImageEncoder.png(testPicture(7, 5)), to: folder + "/real.png")
      try FileManager.default.createDirectory(atPath: folder + "/in", withIntermediateDirectories: true)
      for (name, target) in [
        ("good.png", "real.png"), ("gone.png", "nowhere.png"), ("annex.png", "../.git/annex/objects/xy/z"),
        ("dvc.png", "/home/me/.dvc/cache/ab"), ("self.png", "self.png"), ("in/up", ".."), ("in/here", "."),
      ] { #expect(symlink(target, folder + "/" + name) == 0) }
      #expect(mkfifo(folder + "/pipe.jpg", 0o600) == 0)
      let (pictures, others) = try look(folder)
      #expect(pictures == ["good.png", "real.png"])
      #expect(others.keys.sorted() == ["annex.png", "dvc.png", "gone.png", "in/here", "in/up", "pipe.jpg", "self.png"])
      #expect(others.values.allSatisfy { $0.cause == .unreadable })
      for (name, words) in [
        ("annex.png", "git annex get"), ("dvc.png", "dvc pull"), ("gone.png", "leads nowhere"), ("in/up", "back to"),
        ("pipe.jpg", "pipe"), ("self.png", "itself"),
      ] { #expect(others[name]?.reason.contains(words) == true, "\(name): \(String(describing: others[name]))") }
      // A pipe that nobody writes to is not waited for for ever.
      let words = "it is a pipe, and nobody wrote to it within 5 seconds"
      #expect(throws: ImageError(file: folder + "/pipe.jpg", cause: .unreadable(words))) {
        try ImageDecoder.decode(path: folder + "/pipe.jpg")
      }
    }
  }

  @Test func whatSystemsLeaveIsNoPicture() throws {
    try withTemporaryFolder { folder in
      let png = try ImageEncoder.png(testPicture(7, 5))
      let names = [
        "#recycle", "$RECYCLE.BIN", "@eaDir", "lost+found", "__MACOSX", ".Trash-1000", "System Volume Information",
      ]
      for name in names + ["real"] {
        try FileManager.default.createDirectory(atPath: folder + "/" + name, withIntermediateDirectories: true)
        try write(png, to: folder + "/" + name + "/x.png")
      }
      try write(png, to: folder + "/Thumbs.db")
      let (pictures, others) = try look(folder)
      #expect(pictures == ["real/x.png"])
      #expect(Set(others.keys) == Set(names + ["Thumbs.db"]) && others.values.allSatisfy { $0.cause == .system })
    }
  }

  @Test(.enabled(if: geteuid() != 0)) func foldersThatCannotBeReadAreNamed() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(atPath: folder + "/shut", withIntermediateDirectories: true)
      #expect(chmod(folder + "/shut", 0) == 0)
      defer { chmod(folder + "/shut", 0o700) }
      #expect(try look(folder).others["shut"]?.reason.contains("permission denied") == true)
    }
  }

  @Test func enormousFilesAreNotRead() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/disc.jpg"
      try write([0xFF, 0xD8, 0xFF], to: path)
      #expect(truncate(path, 20 << 30) == 0)
      let error = try #require(caught { try ImageDecoder.decode(path: path) })
      #expect(error.reason.contains("20480 MB; at most 256 MB"), "\(error)")
    }
  }

  private func caught(_ work: () throws -> Image) -> ImageError? {
    do { _ = try work() } catch { return error as? ImageError }
    return nil
  }

  @Test func anAccountHasFiveLinesAtMost() {
    var account = ReadingAccount()
    account.used = 7
    #expect(account.lines == ["7 files: 7 used"] && !account.needsAttention)
    account.leaveOut(.init(file: "a.txt", .notAPicture, reason: "text"))
    #expect(account.lines == ["8 files: 7 used, 1 left out", "  1 no pictures: a.txt"] && !account.needsAttention)
    for cause in ReadingAccount.Cause.allCases { account.leaveOut(.init(file: cause.rawValue, cause, reason: "why")) }
    account.notNeeded = 2
    account.notes = ["a decision"]
    #expect(account.lines.count == 5 && account.needsAttention)
    #expect(account.seen == 10 + ReadingAccount.Cause.allCases.count && account.lines[0].contains("2 not needed"))
    #expect(account.lines[1] == "  a decision" && account.lines[2].contains("unreadable (why)"))
    #expect(account.lines[4].contains("11 more reasons"), "\(account.lines)")
    #expect(account.hint.contains("10 files, such as unreadable (why)"), "\(account.hint)")
  }
}
