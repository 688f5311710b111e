import ArgumentParser
import Board
import Camera
import Faces
import FoundationEssentials
import Imaging
import Inference
import Live
import LiveWeb
import ModelFiles
import Models
import Numerics
import RenderedFaces
import Results

/// `glint live`: a camera's frames, labelled as they come.
struct LiveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "live",
    abstract: "Label a camera's frames as they come.",
    discussion: """
      Takes the first camera unless one is named. --camera names one by its path, its number, a part of its name or of \
      a link in /dev/v4l, or by an address: http:// with MJPEG, and where ffmpeg is installed https://, rtsp:// and \
      others. Always the newest frame is labelled; older ones that had no time are dropped and counted. A camera that \
      is unplugged or ends its stream is waited for. Ctrl-C ends with a summary.

      A video file is played as a camera, at its own pace; with --every-frame each of its frames is labelled, in order \
      and with the same results each time. ffmpeg reads it.

      Faces are found by the face detector, several a frame, and followed: each keeps its number ('track') while it \
      moves and when it turns away for up to a second, and its probabilities are smoothed over 0.4 s. A label has to \
      be surer than on a photo to appear, and less so to stay (--steadiness): a wrong one would stand there for \
      seconds. With --no-faces, or a model that does not crop to faces, the middle of the frame is taken for the one \
      face.

      The picture and its labels are also shown on a page, at the address that is printed: on this machine alone, \
      unless --listen names another address, which then asks for the token in the printed address. --public-url is the \
      address at which a reverse proxy shows it. Nothing is stored, unless --snapshots asks for pictures of events.

      On the page, under Teach, the model learns your own face or classes of your own from pictures that you collect \
      there; with --keep FOLDER they stay, and so does the model that was in use last. See 'glint teach --help'.

      Models that look for no faces label --region of the picture, or what they were taught on; on the page it can be \
      drawn. Faces are looked for in the whole picture.

      With --events, a line for each answer that began and has lasted (--event-after) and for each that ended: time of \
      day (ISO 8601), face, label, mean probability, duration. --csv FILE appends rows to a file, one a face and \
      frame, or with --events one an event; a file that is there goes on, if it is one of these.

      --mqtt tells a broker: TOPIC/state (JSON, retained, when it changes), TOPIC/event (JSON, each delivered at least \
      once, also where the broker was away), TOPIC/status (online or offline), and Home Assistant what sensors there \
      are. The password comes from --mqtt-password-file or $GLINT_MQTT_PASSWORD.

      Above --most-celsius, fewer frames a second are labelled, so that the board's firmware need not lower its clock.

      With --json, one object a labelled frame: sequence, timestamp_ns (CLOCK_MONOTONIC), time (of day, ISO 8601), \
      faces (box x y w h in pixels of the frame, label, probability, probabilities by class, track), latency_ms (by \
      stage, and glass_to_label from the frame's own time to its label), dropped (frames so far), width and height of \
      the frame, file for pictures of a folder, board where it tells its heat, warning where the camera's picture is \
      dark or otherwise unlike a good one. There is a page then only with --port, --listen or --public-url.

      Examples:
        glint live
        glint live mine.int8.safetensors --camera /dev/video2 --size 1280x720 \\
          --format mjpeg
        glint live --camera 0
        glint live --camera logitech
        glint live --camera http://camera.lan:8080/video
        glint live --camera rtsp://anna:secret@camera.lan/stream1
        glint live film.mp4 --every-frame --csv film.csv
        glint live --folder photos/ --fps 10 --count 100 --json
        glint live --rendered --people 3 --seconds 10
        glint live --most-celsius 70
        glint live --listen 0.0.0.0 --port 8642
        glint live --listen 0.0.0.0 --tls-cert cert.pem --tls-key key.pem
        glint live --public-url https://home.example/glint/
        glint live --events --csv moods.csv --snapshots moods/ --snapshot-files 50 \\
          --blur-others
        glint live --mqtt mqtt://anna@broker.lan/livingroom \\
          --mqtt-password-file ~/.mqtt
        glint live --keep taught/
        glint live hands.int8.safetensors --region 25%,10%,50%,80%
        glint live --list
      """)

  @Argument(
    help: "A model file, float or int8 (default: the compact network that Glint comes with), and a video file.")
  var files: [String] = []

  @OptionGroup var source: SourceOptions
  @OptionGroup var faces: FaceOptions

  @Option(
    name: .long,
    help: """
      How many times the odds of a followed face's label have to be those that a photo needs; to stay, the root of \
      that is enough. Fewer wrong labels, and fewer labels (default: \(FaceTracker.Settings.liveSteadiness), or 1 for \
      pictures of a folder).
      """)
  var steadiness: Float?

  @Option(name: .long, help: "End after this many labelled frames.")
  var count: Int?

  @Option(name: .long, help: "End after this many seconds.")
  var seconds: Double?

  @OptionGroup var region: RegionOption
  @OptionGroup var page: PageOptions
  @OptionGroup var teach: TeachOptions
  @OptionGroup var results: ResultOptions
  @OptionGroup var broker: MQTTOptions
  @OptionGroup var heat: HeatOption
  @OptionGroup var threads: ThreadOption
  @OptionGroup var trust: TrustOption
  @OptionGroup var isa: ISAOption
  @OptionGroup var json: JSONOption

  func validate() throws {
    let recordings = files.filter(CameraAddress.isRecording)
    guard recordings.count <= 1, files.count - recordings.count <= 1 else {
      throw ValidationError("One model and one video file at most are taken.")
    }
    try source.check(recording: recordings.first)
    if let count, count < 1 { throw ValidationError("--count takes a number from 1 up.") }
    if let steadiness, !(1...1000).contains(steadiness) {
      throw ValidationError("--steadiness takes a number from 1 (as on a photo) to 1000.")
    }
    if let seconds, !(seconds > 0) { throw ValidationError("--seconds takes a number above 0.") }
  }

  private var recording: String? { files.first(where: CameraAddress.isRecording) }

  func run() throws {
    // The page goes on where the terminal has gone.
    StandardOutput.goOn(without: [.place])
    if source.list { return source.listCameras() }
    // Before signals are listened to, which the program that starts anew would find ignored.
    try source.prepare(recording: recording)
    let model =
      try files.first { !CameraAddress.isRecording($0) } ?? ShippedModels.path(ShippedModels.classifier)
    Interruption.listen()
    let stop = StopSignal { Interruption.isAsked }
    let named = try trust.loadClassifier(model)
    let teaching =
      page.isWanted(json: json.json)
      ? try LiveTeaching(teach, named, path: model, region: region.region, threads: threads.count, trust: trust) : nil
    let loaded = teaching?.model ?? named
    let runner = try ModelRunner(loaded, threads: threads.count)
    let clock = WallClock(), heat = LiveHeat(heat)
    var results = try ResultOutputs(
      results, broker: broker, clock: clock, model: model, hasTemperature: heat.tellsTemperature,
      inputs: [("the model", model), ("the pictures", self.source.folder), ("the video", recording)])
    let source = try source.open(recording: recording)
    var saturation: SaturationCheck?
    if case .int8(let int8) = loaded { saturation = try SaturationCheck(int8) }
    let follower = try openFollower(for: named.description)
    if follower != nil, region.region != nil, teaching == nil {
      throw Failure("--region is for models that look for no faces, and for teaching on the page; --no-faces looks so")
    }
    let pipeline = try LivePipeline(
      source: source, description: loaded.description, follower: follower, saturation: saturation
    ) { runner.logits($0) }
    let part = RegionInUse(region.region, taughtOn: loaded.description)
    pipeline.region = { width, height in (teaching?.region ?? part.region)(width, height) }
    var screen = LiveScreen(loaded.description, json: json.json, events: self.results.events, clock: clock)
    screen.begin(source.title)
    let page = try openPage(loaded, path: model, source: source, teaching: teaching)
    defer { page?.stop() }
    let limits = LivePipeline.Limits(frames: count, seconds: seconds)
    let summary = pipeline.run(
      limits, stop: stop,
      notify: { notice in
        if case .waiting = notice { results.pause().forEach { screen.show($0) } }
        screen.show(notice)
      }
    ) { labelled, frame, image in
      if let words = heat.count() { printError(words) }
      pipeline.mostFramesPerSecond = heat.mostFramesPerSecond
      screen.board = BoardLine(heat)
      results.add(labelled, frame, celsius: heat.state.celsius).forEach { screen.show($0) }
      screen.show(labelled)
      teaching?.look(labelled, image, pipeline, &screen)
      if let page, page.hasViewers { page.publish(json: screen.line(labelled), frame: frame, image: image) }
    }
    results.pause().forEach { screen.show($0) }
    screen.end(summary)
    try results.end()
    if let failure = summary.failure { throw Failure("\(failure)") }
    if summary.labelled == 0, !summary.wasStopped {
      throw Failure("\(source.title): no frame could be labelled")
    }
  }

  /// Finds and follows faces, where that is wanted and can be; says why where it cannot.
  private func openFollower(for description: ModelDescription) throws -> FaceFollower? {
    guard let detector = try faces.open(for: description, threads: threads.count, trust.limits) else {
      if faces.faces == nil, description.preprocessing.cropsToFaces {
        printError("There is no face detector: the middle of the frame is taken for the face.")
      }
      return nil
    }
    var settings = FaceTracker.Settings()
    // Pictures of a folder may have nothing to do with each other: what is found in one counts at once, and alone.
    if source.folder != nil {
      (settings.hits, settings.patience, settings.pause, settings.steadiness) = (1, 0, 0, 1)
    }
    if let steadiness { settings.steadiness = steadiness }
    return FaceFollower(detector, settings: settings, splitsScenes: source.folder != nil)
  }

  /// Starts the page, unless none is wanted.
  private func openPage(
    _ model: LoadedModel, path: String, source: any FrameSource, teaching: LiveTeaching?
  ) throws -> WebServer? {
    guard page.isWanted(json: json.json) else { return nil }
    let detector = try faces.open(for: model.description, threads: 1, trust.limits)
    let classifier = try PhotoClassifier(model, detector: detector)
    let facts = try jsonLine(
      PageFacts(
        labels: model.description.shownClasses.map { model.description.labels[$0] },
        shown: [
          "model": URL(fileURLWithPath: path).lastPathComponent, "kind": model.isInt8 ? "int8" : "float",
          "camera": source.title, "threads": "\(threads.count)",
          "input": "\(model.description.preprocessing.width) x \(model.description.preprocessing.height)",
        ]))
    let (faces, limits) = (faces, trust.limits)
    teaching?.alsoUse {
      try classifier.use(.int8($0), detector: try faces.open(for: $0.description, threads: 1, limits))
    }
    return try page.open(
      facts: facts, cameras: (source as? CameraChoice).map(PageCameras.make), teaching: teaching?.web
    ) {
      classifier.answer($0)
    }
  }
}
