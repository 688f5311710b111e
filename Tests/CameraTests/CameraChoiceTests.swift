import Camera
import Testing
import Threads

/// Another camera in the place of one that runs.
@Suite struct CameraChoiceTests {
  /// A camera that counts its frames from 5.
  private final class Counter: FrameSource {
    let title: String
    var losses = FrameLosses()
    private var number = 5
    init(_ path: String) { title = "camera \(path)" }
    func next(into frame: inout Frame, milliseconds: Int) -> FrameOutcome {
      frame.sequence = number
      number += 1
      losses.lost += 1
      return .frame
    }
  }

  private let opened = Locked<[String]>([])

  /// - Parameter broken: paths that cannot be opened.
  private func choice(broken: Locked<Set<String>>) -> CameraChoice {
    CameraChoice(Counter("a"), path: "a") { [opened] path throws(CameraError) in
      opened.withLock { $0.append(path) }
      if broken.value.contains(path) { _ = try CaptureDevice("/dev/none-\(path)") }
      return Counter(path)
    }
  }

  @Test func framesGoOnFromTheOther() {
    let choice = choice(broken: Locked([]))
    var frame = Frame(), numbers: [Int] = []
    for step in 0..<6 {
      if step == 3 { choice.choose("b") }
      let outcome = choice.next(into: &frame, milliseconds: 10)
      #expect(outcome == (step == 3 ? .resumed : .frame))
      if outcome == .frame { numbers.append(frame.sequence) }
    }
    // Numbers grow, and what was lost stays lost.
    #expect(numbers == [5, 6, 7, 13, 14])
    #expect(choice.losses.lost == 5 && choice.title == "camera b" && choice.outcome.chosen == "b")
    choice.choose("b")
    #expect(choice.next(into: &frame, milliseconds: 10) == .frame && opened.value == ["b"])
  }

  @Test func whereTheOtherCannotBeOpenedTheFirstGoesOn() {
    let broken = Locked<Set<String>>(["b"])
    let choice = choice(broken: broken)
    var frame = Frame()
    choice.choose("b")
    #expect(choice.next(into: &frame, milliseconds: 1) == .nothing || choice.outcome.chosen == "a")
    #expect(choice.outcome.failure?.contains("b") == true)
    #expect(choice.next(into: &frame, milliseconds: 1) == .frame)
    // Neither: the first is looked for until it is there.
    broken.withLock { $0 = ["a", "b"] }
    choice.choose("b")
    for _ in 0..<3 { #expect(choice.next(into: &frame, milliseconds: 1) != .frame) }
    broken.withLock { $0 = [] }
    #expect(choice.next(into: &frame, milliseconds: 1) == .resumed)
    #expect(choice.next(into: &frame, milliseconds: 1) == .frame && choice.outcome.chosen == "a")
  }
}
