import Evaluation
import Files
import FoundationEssentials
import Numerics
import Reports

/// Several models in one table: on a terminal, as JSON, as a page.
struct SeveralModels {
  let table: ModelTable
  let files: [String]
  /// `float` or `int8`, by model.
  let kinds: [String]

  /// In the words of `compare --json`.
  struct Facts: Encodable {
    struct Model: Encodable {
      let file, kind: String
      let accuracy: Double
      let accuracy_interval: [Double]
      let loss: Double?
      /// Against the first model.
      let points_lost: Double
      let points_lost_interval: [Double]
      let agreement: Double
      let ms_per_image: Double
      let bytes: Int?
      let activation_bytes, multiply_adds: Int
      /// Of one picture, outside the kernel; null where nobody counts them.
      let instructions: Int?
      /// Whether no other one is as accurate in less time, and at less size.
      let best_for_time, best_for_size: Bool
    }
    let images: Int
    let labels: [String]
    let models: [Model]
    /// Why there are no instructions; null where there are.
    let no_instructions_reason: String?
  }

  private func bytes(_ place: Int) -> Double { FileSystem.size(files[place]).map { Double($0) } ?? .infinity }

  var facts: Facts {
    let (fast, small) = (table.front { table.rows[$0].seconds }, table.front(bytes))
    return Facts(
      images: table.images, labels: table.rows[0].evaluation.labels,
      models: table.rows.indices.map { place in
        let row = table.rows[place], metrics = row.evaluation.metrics
        return Facts.Model(
          file: files[place], kind: kinds[place], accuracy: metrics.accuracy,
          accuracy_interval: [metrics.accuracyInterval.lowerBound, metrics.accuracyInterval.upperBound],
          loss: row.meanLoss, points_lost: row.loss.points,
          points_lost_interval: [row.loss.interval.lowerBound, row.loss.interval.upperBound],
          agreement: Double(row.same) / Double(max(1, table.images)), ms_per_image: row.seconds * 1000,
          bytes: FileSystem.size(files[place]), activation_bytes: row.activationBytes,
          multiply_adds: row.multiplyAdds, instructions: row.instructions, best_for_time: fast.contains(place),
          best_for_size: small.contains(place))
      }, no_instructions_reason: table.whyNoInstructions)
  }

  func show() {
    let counts = table.whyNoInstructions == nil
    var text = Table(
      ["", "accuracy", "95 % interval", "points lost", "same label", "loss", "ms an image", "bytes", "activations"]
        + (counts ? ["instructions"] : []) + [""], text: [0, counts ? 10 : 9])
    for model in facts.models {
      let instructions = counts ? [model.instructions.map(grouped) ?? ""] : []
      let row = [
        URL(fileURLWithPath: model.file).lastPathComponent, percent(model.accuracy),
        "\(percent(model.accuracy_interval[0])) to \(percent(model.accuracy_interval[1]))",
        "\(fixed(model.points_lost)) (\(fixed(model.points_lost_interval[0])) to "
          + "\(fixed(model.points_lost_interval[1])))", percent(model.agreement), model.loss.map { fixed($0, 4) } ?? "",
        fixed(model.ms_per_image, 2), model.bytes.map(grouped) ?? "", grouped(model.activation_bytes),
      ]
      text.add(row + instructions + [Self.best(model)])
    }
    text.show()
    emit("\nOn \(grouped(table.images)) pictures; points are lost to the first model, with their 95 % interval.")
    if let reason = table.whyNoInstructions { emit("Instructions are not available: \(reason).") }
  }

  /// In what no other model beats it.
  private static func best(_ model: Facts.Model) -> String {
    switch (model.best_for_time, model.best_for_size) {
    case (true, true): "best for time and size"
    case (true, false): "best for time"
    case (false, true): "best for size"
    case (false, false): ""
    }
  }

  func page(recipe: [Fact]) -> ModelTableReport {
    let models = facts.models
    let counts = table.whyNoInstructions == nil
    var page = ReportTable(
      columns: [
        "number", "model", "kind", "accuracy, 95 % interval", "points lost, 95 % interval", "same label", "loss",
        "ms a picture", "size", "activations", "multiply-adds",
      ] + (counts ? ["instructions"] : []) + ["beaten by none"], rows: [])
    for (place, model) in models.enumerated() {
      let low = model.points_lost_interval[0], high = model.points_lost_interval[1]
      let instructions: [ReportTable.Cell] = counts ? [.number(model.instructions.map { Figures.count($0) } ?? "")] : []
      let row: [ReportTable.Cell] = [
        .number("\(place + 1)"), .text(URL(fileURLWithPath: model.file).lastPathComponent), .text(model.kind),
        .number(
          "\(Figures.percent(model.accuracy)) (\(Figures.percent(model.accuracy_interval[0])) to "
            + "\(Figures.percent(model.accuracy_interval[1])))"),
        .interval(
          "\(Figures.fixed(model.points_lost, 1)) (\(Figures.fixed(low, 1)) to \(Figures.fixed(high, 1)))",
          .init(model.points_lost, low...high)),
        .number(Figures.percent(model.agreement)), .number(model.loss.map { Figures.fixed($0, 4) } ?? ""),
        .number(Figures.fixed(model.ms_per_image, 2)), .number(model.bytes.map { Figures.bytes($0) } ?? ""),
        .number(Figures.bytes(model.activation_bytes)), .number(Figures.count(model.multiply_adds)),
      ]
      page.rows.append(row + instructions + [.text(Self.best(model))])
    }
    func chart(_ name: String, _ cost: (Facts.Model) -> Double, _ isBest: (Facts.Model) -> Bool) -> ParetoChart {
      ParetoChart(
        cost: name,
        places: models.map { model in
          .init(
            URL(fileURLWithPath: model.file).lastPathComponent, cost: cost(model),
            accuracy: Share(model.accuracy, low: model.accuracy_interval[0], high: model.accuracy_interval[1]),
            isBest: isBest(model))
        })
    }
    return ModelTableReport(
      title: "\(models.count) models", table: page,
      charts: [
        chart("ms a picture", \.ms_per_image, \.best_for_time),
        chart("MB of file", { Double($0.bytes ?? 0) / 1e6 }, \.best_for_size),
      ], pictures: table.images,
      facts: recipe + (table.whyNoInstructions.map { [Fact("instructions", "not available: \($0)")] } ?? []))
  }
}
