import Files
import Foundation
import TestSupport
import Testing

@Suite struct FileLocationTests {
  @Test func oneFileHasManyNames() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([1], as: "data/t")
    try folder.write([1], as: "data/other")
    #expect(link(path, folder.path("hard")) == 0 && symlink("data/t", folder.path("soft")) == 0)
    #expect(symlink("data", folder.path("linked")) == 0 && symlink("data/new", folder.path("dangling")) == 0)
    let names = ["data/t", "hard", "soft", "linked/t", "data/../data/./t"]
    for one in names {
      for other in names {
        #expect(try FileLocation(folder.path(one)).isSame(as: FileLocation(folder.path(other))), "\(one), \(other)")
      }
      #expect(try !FileLocation(folder.path(one)).isSame(as: FileLocation(folder.path("data/other"))))
      #expect(try !FileLocation(folder.path(one)).isSame(as: FileLocation(folder.path("data/new"))))
    }
    let missing = ["data/new", "linked/new", "dangling", "linked/../data/new"]
    for one in missing {
      for other in missing {
        #expect(try FileLocation(folder.path(one)).isSame(as: FileLocation(folder.path(other))), "\(one), \(other)")
      }
      // Linux's own file systems tell upper from lower case.
      #expect(try !FileLocation(folder.path(one)).isSame(as: FileLocation(folder.path("data/NEW"))))
      #expect(try !FileLocation(folder.path(one)).isSame(as: FileLocation(folder.path("new"))))
    }
    #expect(try folder.names() == ["dangling", "data", "hard", "linked", "soft"])
    #expect(throws: FileError.self) { try FileLocation(folder.path("none/t")) }
  }

  @Test func filesAreFoundInFoldersUnderAnyName() throws {
    let folder = try TemporaryFolder()
    for name in ["a", "b", "photos/happy/1", "elsewhere/2"] { try folder.write([1], as: name) }
    #expect(link(folder.path("a"), folder.path("photos/happy/hard")) == 0)
    #expect(symlink(folder.path("elsewhere"), folder.path("photos/sad")) == 0)
    #expect(symlink(folder.path("photos"), folder.path("photos/happy/up")) == 0)
    let wanted = try ["a", "b", "elsewhere/2"].map { try #require(FileLocation(folder.path($0)).identity) }
    #expect(FileIdentity.found(in: folder.path("photos"), of: wanted) == [wanted[0], wanted[2]])
    #expect(FileIdentity.found(in: folder.path("none"), of: wanted).isEmpty)
  }

  @Test func whatSeveralMayWriteToIsNoFile() throws {
    #expect(try FileLocation("/dev/null").kind == .other)
    #expect(try FileLocation("/dev/stdout").kind == .other)
    #expect(try FileLocation("/").kind == .folder)
    #expect(try FileLocation(".").isSame(as: FileLocation("./")))
  }
}
