import Imaging

/// Says what became of the files that a command read, on standard error: always where something was left out that
/// somebody may miss, else unless `quiet`.
func tell(_ account: ReadingAccount, quiet: Bool) {
  guard !quiet || account.needsAttention, account.seen > 0 else { return }
  for line in account.lines { printError(line) }
}

/// What became of the files that a command read, whole, in the words of `--json`.
struct ReadingFacts: Encodable {
  struct LeftOut: Encodable {
    let file: String
    let cause: String
    let reason: String
  }

  let seen: Int
  let used: Int
  let not_needed: Int
  let left_out: [LeftOut]
  let notes: [String]

  init(_ account: ReadingAccount) {
    (seen, used, not_needed, notes) = (account.seen, account.used, account.notNeeded, account.notes)
    left_out = account.leftOut.map { LeftOut(file: $0.file, cause: $0.cause.rawValue, reason: $0.reason) }
  }
}
