import Camera
import FoundationEssentials
import Imaging
import Live
import Results

/// What `glint live` leaves besides the page: events, and files.
struct ResultOutputs {
  private let options: ResultOptions
  private let rows: ResultRows
  private let csv: ResultFile?
  private let broker: BrokerReports?
  private let snapshots: Snapshots?
  private let clock: WallClock
  private var changes: AnswerChanges

  /// Opens what is asked for.
  ///
  /// - Parameters:
  ///   - model: the model's path.
  ///   - inputs: files and folders that are read, with what they are.
  /// - Throws: where a file cannot be written or is not Glint's own.
  init(
    _ options: ResultOptions, broker: MQTTOptions, clock: WallClock, model: String, hasTemperature: Bool,
    inputs: [(role: String, path: String?)]
  ) throws {
    (self.options, self.clock) = (options, clock)
    rows = ResultRows(clock: clock)
    changes = AnswerChanges(lasting: options.eventAfter)
    snapshots = try options.snapshots.map { try Self.openSnapshots($0, options, inputs) }
    csv = try options.csv.map { try Self.open($0, options, inputs) }
    self.broker = try broker.address().map {
      let name = URL(fileURLWithPath: model).deletingPathExtension().lastPathComponent
      return try BrokerReports(broker, $0, model: name, clock: clock, hasTemperature: hasTemperature)
    }
  }

  private static func open(
    _ path: String, _ options: ResultOptions, _ inputs: [(role: String, path: String?)]
  ) throws -> ResultFile {
    var plan = OutputPlan()
    for (role, path) in inputs { plan.read(role, path) }
    try plan.write("--csv", path, .table)
    // Rows go to the end of what is there, which the file itself looks at.
    try plan.check(force: true)
    let file = try ResultFile(path, header: options.events ? ResultRows.eventHeader : ResultRows.frameHeader)
    if file.torn > 0 {
      printError("\(path): the last row was not whole (\(file.torn) bytes, of a crash or a power cut); it is removed.")
    }
    return file
  }

  private static func openSnapshots(
    _ folder: String, _ options: ResultOptions, _ inputs: [(role: String, path: String?)]
  ) throws -> Snapshots {
    let limits = Snapshots.Limits(files: options.snapshotFiles ?? 100, bytes: (options.snapshotMegabytes ?? 100) << 20)
    let snapshots = try Snapshots(
      folder, limits: limits, encode: { try DrawnPicture.encoded($0, for: "jpg", quality: 85) },
      isOurs: { OutputKind.copy.isOurs($0) }
    ) { printError("\($0). Labels go on; pictures are left out until there is room.") }
    var plan = OutputPlan()
    for (role, path) in inputs { plan.read(role, path) }
    try plan.write("--snapshots", "\(folder)/glint-.jpg", .copy)
    try plan.check(force: true)
    return snapshots
  }

  /// Takes a frame with its labels, and the board's temperature where it is known; the events that they bring.
  mutating func add(_ frame: LabelledFrame, _ source: Frame, celsius: Double?) -> [AnswerEvent] {
    let events = changes.look(at: frame)
    keepPictures(of: events, frame, source)
    append(options.events ? events.map(rows.row) : rows.rows(frame))
    broker?.add(frame, events, standing: changes.standing(in: frame), celsius: celsius)
    return events
  }

  /// Ends all answers, where the camera or the program stops.
  mutating func pause() -> [AnswerEvent] {
    let events = changes.finish()
    if options.events { append(events.map(rows.row)) }
    broker?.pause(events)
    return events
  }

  /// The whole frame, which labels may not have needed.
  private func keepPictures(of events: [AnswerEvent], _ frame: LabelledFrame, _ source: Frame) {
    guard let snapshots, events.contains(where: { $0.kind == .began }) else { return }
    var image = Image(width: 1, height: 1, channels: 3, filledWith: 0)
    guard (try? FrameDecoder().decode(source, into: &image)) != nil else { return }
    let factor = Float(image.width) / Float(max(frame.width, 1))
    for event in events where event.kind == .began {
      let others = options.blurOthers ? frame.faces.filter { $0.track != event.track } : []
      snapshots.add(
        Snapshots.Picture(
          image: image, event: event, time: clock.text(frame.nanoseconds),
          hidden: others.map { $0.box.scaled(by: factor) }))
    }
  }

  /// Ends files and connections.
  ///
  /// - Throws: `Failure` where something was lost.
  func end() throws {
    csv?.close()
    snapshots?.close()
    let unsent = broker?.end() ?? 0
    if let csv, csv.lost > 0 {
      throw Failure("\(options.csv ?? ""): \(csv.lost) \(csv.lost == 1 ? "row" : "rows") could not be written")
    }
    if unsent > 0 { throw Failure("the broker never got \(unsent) \(unsent == 1 ? "event" : "events")") }
  }

  private func append(_ rows: [String]) {
    guard let csv, !rows.isEmpty else { return }
    switch csv.add(rows) {
    case .lost(let error): printError("\(error). Labels go on; rows are left out until there is room.")
    case .again(let path, let rows):
      printError("\(path): is written again; \(rows) \(rows == 1 ? "row is" : "rows are") missing.")
    case nil: break
    }
  }
}
