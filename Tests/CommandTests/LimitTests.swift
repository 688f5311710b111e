import Foundation
import ModelFiles
import Models
import Numerics
import TestSupport
import Testing

/// `--isa` and `GLINT_ISA`: no room picks anything beyond the limit, each in a process of its own.
@Suite struct LimitTests {
  private let folder: TemporaryFolder
  private let float: String
  private let int8: String

  init() throws {
    folder = try TemporaryFolder()
    (float, int8) = try folder.writeSmallModels()
  }

  /// What `inspect --kernels` says is chosen.
  private struct Choice {
    /// All levels of this machine, worst first.
    var machine: [String] = []
    /// What the int8 kernels need.
    var int8: Set<String> = []
    /// By room: float kernels, resampling, camera formats, SHA-256.
    var others: [String: String] = [:]

    init(_ output: String) throws {
      let lines = output.split(separator: "\n")
      let levels = try #require(lines.first { $0.hasPrefix("This machine has ") }).dropFirst(17).dropLast()
      machine = levels.components(separatedBy: ", ").filter { !$0.hasPrefix("limited to") }
      let known = machine
      for line in lines where line.contains("__") {
        let words = line.split(separator: " ").map { String($0) }
        int8.formUnion(words.prefix(3).filter { known.contains($0) })
      }
      let beside = try #require(lines.first { $0.hasPrefix("Beside them: ") }).dropFirst(13).dropLast()
      for room in beside.components(separatedBy: ", ") {
        let words = room.split(separator: " ")
        others[words.dropLast().joined(separator: " ")] = String(words[words.count - 1])
      }
    }
  }

  private func choice(_ arguments: [String] = [], environment: [String: String] = [:]) throws -> Choice {
    let run = try GlintProgram.run(["inspect", int8, "--kernels"] + arguments, environment: environment)
    #expect(run.status == 0, "\(run.errors)")
    return try Choice(run.output)
  }

  /// What each room may pick at most under a limit, where the processor has it.
  private static let most: [String: [String: Set<String>]] = {
    let none = ["float kernels": "scalar", "resampling": "scalar", "camera formats": "scalar", "SHA-256": "scalar"]
      .mapValues { Set([$0]) }
    let sse = none.merging(["SHA-256": ["scalar", "sha-ni"]]) { $1 }
    let avx2 = sse.merging(["float kernels": ["avx2"], "resampling": ["avx2"], "camera formats": ["avx2"]]) { $1 }
    let avx512 = avx2.merging(["float kernels": ["avx512"]]) { $1 }
    let neon = [
      "float kernels": ["neon"], "resampling": ["neon"], "camera formats": ["neon"], "SHA-256": ["scalar", "armv8"],
    ].mapValues { Set($0) }
    return [
      "scalar": none, "sse4.1": sse, "avx2": avx2, "avx-vnni": avx2, "avx512-vnni": avx512, "neon": neon,
      "neon-dotprod": neon, "neon-i8mm": neon,
    ]
  }()

  @Test func noRoomPicksAnythingBeyondTheLimit() throws {
    let free = try choice(environment: ["GLINT_ISA": ""])
    let best = try #require(free.machine.last)
    #expect(free.int8.contains(best))
    for (index, limit) in free.machine.enumerated() {
      let most = try #require(Self.most[limit])
      // The command line has the last word.
      let runs = [
        try choice(environment: ["GLINT_ISA": limit]),
        try choice(["--isa", limit], environment: ["GLINT_ISA": ""]),
        try choice(["--isa", limit], environment: ["GLINT_ISA": free.machine[free.machine.count - 1 - index]]),
      ]
      for run in runs {
        #expect(run.machine == free.machine)
        #expect(run.int8.isSubset(of: free.machine[...index]) && run.int8.contains(limit), "\(limit): \(run.int8)")
        #expect(Set(run.others.keys) == Set(most.keys))
        for (room, variant) in run.others {
          #expect(most[room]?.contains(variant) == true, "\(limit): \(room) \(variant)")
        }
      }
    }
  }

  @Test func floatModelsObey() throws {
    func kernels(_ arguments: [String], _ environment: [String: String]) throws -> String {
      let run = try GlintProgram.run(
        ["bench", float, "--runs", "1", "--json", "--threads", "1"] + arguments, environment: environment)
      let facts = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
      return facts?["isa"] as? String ?? run.errors
    }
    #expect(try kernels(["--isa", "scalar"], [:]) == "scalar")
    #expect(try kernels([], ["GLINT_ISA": "scalar"]) == "scalar")
  }

  /// The same for models of both kinds and for commands that take no `--isa`; but `--isa` is heard.
  @Test func aLimitThatIsNoneIsAnError() throws {
    let wrong = ["GLINT_ISA": "mmx"]
    for arguments in [["inspect", int8], ["bench", float], ["paint", folder.path("faces"), "--count", "1"]] {
      let run = try GlintProgram.run(arguments, environment: wrong)
      #expect(run.status == 1)
      #expect(run.errors.contains("GLINT_ISA names 'mmx', which is none of scalar"), "\(run.errors)")
    }
    #expect(try GlintProgram.run(["inspect", int8, "--isa", "scalar"], environment: wrong).status == 0)
    let classifier = try GlintProgram.run(program: "embedded-classifier", [int8], environment: wrong)
    #expect(classifier.status == 1 && classifier.errors.contains("GLINT_ISA names 'mmx'"), "\(classifier.errors)")
  }
}
