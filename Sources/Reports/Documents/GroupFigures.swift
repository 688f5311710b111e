/// Two models on pictures that have something in common.
public struct GroupFigures: Sendable {
  /// One group.
  public struct Row: Sendable {
    let name: String
    let pictures: Int
    let float, int8, pointsLost, agreement: Double
    let interval: ClosedRange<Double>

    /// - Parameters:
    ///   - float: share that the first model labelled rightly.
    ///   - int8: share that the second model labelled rightly.
    ///   - pointsLost: accuracy lost, in points of 100, with its 95 % interval.
    ///   - agreement: share to which both gave the same label.
    public init(
      name: String, pictures: Int, float: Double, int8: Double, pointsLost: Double, interval: ClosedRange<Double>,
      agreement: Double
    ) {
      self.name = name
      self.pictures = pictures
      self.float = float
      self.int8 = int8
      self.pointsLost = pointsLost
      self.interval = interval
      self.agreement = agreement
    }
  }

  let criterion: String
  let rows: [Row]

  /// - Parameter criterion: what the pictures have in common, such as `class`.
  public init(by criterion: String, rows: [Row]) {
    self.criterion = criterion
    self.rows = rows
  }

  var block: ReportBlock {
    .table(
      ReportTable(
        columns: [criterion, "pictures", "first right", "second right", "points lost, 95 % interval", "same label"],
        rows: rows.map { row in
          [
            .text(row.name), .number(Figures.count(row.pictures)), .number(Figures.percent(row.float)),
            .number(Figures.percent(row.int8)),
            .interval(
              "\(Figures.fixed(row.pointsLost, 1)) (\(Figures.fixed(row.interval.lowerBound, 1)) to "
                + "\(Figures.fixed(row.interval.upperBound, 1)))", .init(row.pointsLost, row.interval)),
            .number(Figures.percent(row.agreement)),
          ]
        }))
  }
}
