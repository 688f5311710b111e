import ArgumentParser
import LiveWeb

/// Where the page of `glint live` is shown.
struct PageOptions: ParsableArguments {
  @Option(name: .long, help: "Port of the page, 0 for any (default: 8642, or any if that is taken).")
  var port: UInt16?

  @Option(name: .long, help: "Show the page to others too: the address to listen on, as in 0.0.0.0.")
  var listen: String?

  @Option(
    name: .long,
    help: "The address at which a reverse proxy shows the page, as in https://home.example/glint/.",
    transform: Self.publicAddress)
  var publicUrl: PublicAddress?

  @Option(name: .long, help: "Serve the page over TLS: a certificate in PEM form, with those that sign it.")
  var tlsCert: String?

  @Option(name: .long, help: "The private key of --tls-cert, in PEM form and without a password.")
  var tlsKey: String?

  @Flag(name: .long, help: "Show no page.")
  var noPage = false

  func validate() throws {
    if noPage, port != nil || listen != nil || publicUrl != nil {
      throw ValidationError("--no-page excludes --port, --listen and --public-url.")
    }
    guard (tlsCert == nil) == (tlsKey == nil) else { throw ValidationError("--tls-cert and --tls-key go together.") }
    if noPage, tlsCert != nil { throw ValidationError("--no-page excludes --tls-cert.") }
  }

  /// Whether there is to be a page.
  ///
  /// - Parameter json: results go to a program, which may not want one.
  func isWanted(json: Bool) -> Bool {
    !noPage && (!json || [port == nil, listen == nil, publicUrl == nil, tlsCert == nil].contains(false))
  }

  /// Starts the page and says where it is.
  ///
  /// - Parameters:
  ///   - facts: JSON for the page.
  ///   - cameras: to choose from, if any.
  ///   - teaching: answers what the page asks of teaching, if it is on.
  ///   - classify: the JSON for a photo's bytes.
  func open(
    facts: String, cameras: WebCameras?, teaching: WebTeaching?, classify: @escaping @Sendable ([UInt8]) -> String
  ) throws -> WebServer {
    func open(_ port: UInt16) throws -> (WebServer, [String]) {
      let server = try WebServer(
        address: listen ?? "127.0.0.1", port: port, certificate: certificate, proxy: publicUrl, cameras: cameras,
        teaching: teaching, facts: facts, classify: classify)
      return (server, try server.start())
    }
    do {
      var opened: (WebServer, [String])?
      if port == nil { opened = try? open(8642) }
      let (server, addresses) = try opened ?? open(port ?? 0)
      for (index, address) in addresses.enumerated() { printError("\(index == 0 ? "The page:" : "or:") \(address)") }
      if listen != nil || publicUrl != nil, let address = addresses.first { PhoneCode.show(address) }
      return server
    } catch WebServerError.certificate(let file, let reason) {
      throw Failure("\(file): \(reason)")
    } catch {
      throw Failure(
        "the page cannot listen on \(listen ?? "127.0.0.1")\(port.map { " port \($0)" } ?? ""): \(error). "
          + "Choose another --port or --listen, or --no-page.")
    }
  }

  /// What TLS needs, where it is wanted.
  private var certificate: WebCertificate? {
    guard let tlsCert, let tlsKey else { return nil }
    return WebCertificate(certificate: tlsCert, key: tlsKey)
  }

  private static func publicAddress(_ text: String) throws -> PublicAddress {
    guard let address = PublicAddress(text) else {
      throw ValidationError("--public-url takes an address as in https://home.example/glint/, not '\(text)'.")
    }
    return address
  }
}
