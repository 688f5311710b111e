import CThreads
import TestSupport
import Testing
import Threads

@Suite struct AvailableCoresTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func cores(_ membership: String, _ files: [String: String]) throws -> Int32 {
    let member = try folder.write(Array(membership.utf8), as: "cgroup")
    for (name, text) in files { try folder.write(Array(text.utf8), as: "groups/" + name) }
    return ct_quota_cores(member, folder.path("groups"))
  }

  @Test func theSecondVersionsQuota() throws {
    #expect(try cores("0::/a/b\n", ["a/b/cpu.max": "250000 100000\n"]) == 2)
    #expect(try cores("0::/a/b\n", ["a/b/cpu.max": "max 100000\n"]) == .max)
    // The group above gives less.
    #expect(try cores("0::/a/b\n", ["a/cpu.max": "150000 100000\n"]) == 1)
    // Less than one core is one.
    #expect(try cores("0::/a/b\n", ["a/b/cpu.max": "5000 100000\n"]) == 1)
  }

  @Test func aContainerThatSeesTheHostsNameOfItsGroup() throws {
    #expect(try cores("0::/system.slice/docker-1.scope\n", ["cpu.max": "300000 100000\n"]) == 3)
    #expect(try cores("0::/\n", ["cpu.max": "400000 100000\n"]) == 4)
  }

  @Test func theFirstVersionsQuota() throws {
    let lines = "5:memory:/x\n4:cpu,cpuacct:/x\n3:cpuset:/y\n0::/\n"
    #expect(try cores(lines, ["cpu/x/cpu.cfs_quota_us": "-1\n", "cpu/x/cpu.cfs_period_us": "100000\n"]) == .max)
    #expect(try cores(lines, ["cpu/x/cpu.cfs_quota_us": "600000\n"]) == 6)
  }

  @Test func nothingToRead() throws {
    #expect(ct_quota_cores(folder.path("gone"), folder.path("gone")) == .max)
    #expect(try cores("nonsense\n:\n::\n0::" + String(repeating: "/long", count: 900), [:]) == .max)
    #expect((1...256).contains(AvailableCores.count))
  }
}
