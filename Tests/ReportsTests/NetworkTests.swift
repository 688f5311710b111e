import Foundation
import Numerics
import Reports
import Testing

/// The drawing of networks, by what the page says of places.
@Suite struct NetworkTests {
  private struct Box {
    let x: Double
    let y: Double
    let width: Double
    let height: Double
  }

  private func page(_ nodes: [NetworkGraph.Node]) -> String {
    ReportPage(title: "t", sections: [ReportSection("s", blocks: [.network(NetworkGraph(nodes))])]).html
  }

  /// What stands between each `start` and the next `end`.
  private func pieces(_ text: String, _ start: String, _ end: String) -> [String] {
    text.components(separatedBy: start).dropFirst().map { $0.components(separatedBy: end)[0] }
  }

  private func node(_ name: String, _ inputs: [Int]) -> NetworkGraph.Node {
    .init(name, operator: "op", shape: "1x2x3", kind: .other, inputs: inputs)
  }

  /// The rectangles of the boxes by name, in the order of the page.
  private func boxes(_ page: String) throws -> [String: Box] {
    var boxes: [String: Box] = [:]
    for group in pieces(page, "<g>", "</g>") {
      let name = try #require(pieces(group, "<title>", "\n").first)
      func number(_ attribute: String) throws -> Double {
        let rectangle = try #require(pieces(group, "<rect", "/>").first)
        return try #require(pieces(rectangle, " \(attribute)=\"", "\"").first.flatMap { Double($0) })
      }
      boxes[name] = Box(
        x: try number("x"), y: try number("y"), width: try number("width"), height: try number("height"))
    }
    return boxes
  }

  /// A chain is a straight line, and what is read stands above what reads it.
  @Test func aChainIsStraight() throws {
    let drawn = try boxes(page((0..<20).map { node("n\($0)", $0 == 0 ? [] : [$0 - 1]) }))
    #expect(drawn.count == 20)
    #expect(Set(drawn.values.map(\.x)).count == 1)
    for index in 1..<20 { #expect(drawn["n\(index)"]!.y > drawn["n\(index - 1)"]!.y + 60) }
  }

  /// Two branches stand beside each other, the first of them straight under their source.
  @Test func branchesStandBesideEachOther() throws {
    let drawn = try boxes(
      page([node("in", []), node("left", [0]), node("right", [0]), node("deep", [2]), node("sum", [1, 2])]))
    let (left, right) = (drawn["left"]!, drawn["right"]!)
    #expect(left.y == right.y && right.x - left.x >= left.width)
    #expect(drawn["sum"]!.y > right.y && drawn["sum"]!.y == drawn["deep"]!.y)
    #expect(drawn["in"]!.x == left.x && drawn["sum"]!.x == left.x)
  }

  /// Blocks whose second branch has more boxes do not drift away to the right: each sum stands under the last.
  @Test func sumsStandInOneColumn() throws {
    var nodes = [node("in", [])]
    for block in 0..<4 {
      let start = nodes.count - 1
      nodes.append(node("a\(block)", [start]))
      nodes.append(node("p\(block)", [start]))
      nodes.append(node("q\(block)", [start + 2]))
      nodes.append(node("r\(block)", [start, start + 3]))
      nodes.append(node("sum\(block)", [start + 1, start + 4]))
    }
    let drawn = try boxes(page(nodes))
    for block in 0..<4 { #expect(drawn["sum\(block)"]!.x == drawn["in"]!.x, "block \(block)") }
  }

  /// The way around of a residual block runs beside the boxes that it passes, not through them.
  @Test func waysAroundPassBoxes() throws {
    var nodes = [node("in", [])]
    for block in 0..<3 {
      let start = nodes.count - 1
      nodes.append(node("a\(block)", [start]))
      nodes.append(node("b\(block)", [start + 1]))
      nodes.append(node("sum\(block)", [start + 2, start]))
    }
    let page = page(nodes)
    let drawn = try boxes(page)
    var long = 0
    for path in pieces(page, "class=\"arrow\" d=\"", "\"") {
      // Points at which a piece of the arrow ends: in the rows that it passes.
      let points = pieces(path, "L", "C").dropLast().compactMap { text -> (Double, Double)? in
        let numbers = text.split(separator: " ").compactMap { Double($0) }
        return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
      }
      long += points.isEmpty ? 0 : 1
      for (x, y) in points {
        for box in drawn.values where y > box.y && y <= box.y + box.height + 1 {
          #expect(x < box.x || x > box.x + box.width, "an arrow runs through a box")
        }
      }
    }
    #expect(long == 3)
  }

  /// No boxes overlap and the page is well formed, whatever the network.
  @Test func anyNetwork() throws {
    var random = CounterRandom(seed: 4)
    for trial in 0..<40 {
      var nodes = [node("<in> & \"out\"", [])]
      for index in 1...(1 + random.below(trial < 30 ? 30 : 150)) {
        let inputs = (0...random.below(3)).map { _ in
          random.chance(0.7) ? max(0, index - 1 - random.below(3)) : random.below(index)
        }
        nodes.append(node("node \(index) with a name that is much too long for its box", Array(Set(inputs)).sorted()))
      }
      let page = page(nodes)
      #expect(MarkupChecker(page).problems == [])
      let drawn = Array(try boxes(page).values)
      #expect(drawn.count == nodes.count)
      for (index, one) in drawn.enumerated() {
        #expect(one.x >= 0 && one.y >= 0)
        for other in drawn[(index + 1)...] where one.y == other.y {
          #expect(abs(one.x - other.x) >= one.width, "boxes overlap in trial \(trial)")
        }
      }
      #expect(page == self.page(nodes))
    }
  }

  @Test func whatIsNotDrawn() {
    #expect(page([]).contains("A network of 0 nodes is not drawn."))
    #expect(page((0...3000).map { node("n\($0)", []) }).contains("nodes is not drawn"))
  }
}
