import Importing
import Models
import Numerics
import TestSupport
import Testing

/// Channels shuffled among groups, as ShuffleNet does: views of memory in which a dimension has several axes.
@Suite struct ShuffleTests {
  /// Channels shuffled by a reshape and a transpose, then convolved.
  @Test func shuffledChannels() throws {
    var trial = Trial(height: 4, width: 5, seed: 47)
    let (first, second) = (trial.weights("a", [6, 3, 1, 1]), trial.weights("b", [2, 6, 3, 3]))
    trial.writer.integers("split", [1, 2, 3, 4, 5])
    trial.writer.integers("whole", [1, 6, 4, 5])
    trial.writer.node("Conv", ["x", "a"], ["c"])
    trial.writer.node("Reshape", ["c", "split"], ["s"])
    trial.writer.node("Transpose", ["s"], ["t"], [("perm", .ints([0, 2, 1, 3, 4]))])
    trial.writer.node("Reshape", ["t", "whole"], ["u"])
    trial.writer.node("Conv", ["u", "b"], ["y"])
    let conv = trial.input.conv(first, outputs: 6, kernel: (1, 1))
    let shuffled = Planes(6, 4, 5) { conv[$0 % 2 * 3 + $0 / 2, $1, $2] }
    try trial.expect(shuffled.conv(second, outputs: 2, kernel: (3, 3)).values)
  }

  /// Parts of shuffled channels: of whole groups in one step, others from all of them in order.
  @Test(arguments: [(0, 4, 1), (4, 8, 1), (2, 6, 1), (1, 6, 1), (0, 7, 1), (0, 8, 2)])
  func partsOfShuffledChannels(_ part: (start: Int, end: Int, step: Int)) throws {
    var trial = Trial(height: 3, width: 4, seed: 48)
    let count = (part.end - part.start + part.step - 1) / part.step
    let (first, second) = (trial.weights("a", [8, 3, 1, 1]), trial.weights("b", [2, count, 3, 3]))
    trial.writer.integers("split", [1, 2, 4, 3, 4])
    trial.writer.integers("whole", [1, 8, 3, 4])
    for (name, value) in [("start", part.start), ("end", part.end), ("axis", 1), ("step", part.step)] {
      trial.writer.integers(name, [value])
    }
    trial.writer.node("Conv", ["x", "a"], ["c"])
    trial.writer.node("Reshape", ["c", "split"], ["s"])
    trial.writer.node("Transpose", ["s"], ["t"], [("perm", .ints([0, 2, 1, 3, 4]))])
    trial.writer.node("Reshape", ["t", "whole"], ["u"])
    trial.writer.node("Slice", ["u", "start", "end", "axis", "step"], ["p"])
    trial.writer.node("Conv", ["p", "b"], ["y"])
    let conv = trial.input.conv(first, outputs: 8, kernel: (1, 1))
    let taken = Planes(count, 3, 4) { channel, y, x in
      let shuffled = part.start + channel * part.step
      return conv[shuffled % 2 * 4 + shuffled / 2, y, x]
    }
    try trial.expect(taken.conv(second, outputs: 2, kernel: (3, 3)).values)
  }
}
